from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()


class Message(BaseModel):
    text: str


@app.post("/messages")
async def post(message: Message):
    return {"id": 1}


@app.get("/messages")
async def get():
    return {"logging": [], "messages": []}
