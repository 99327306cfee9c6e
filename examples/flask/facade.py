import random
import uuid

import requests
from flask import Flask, request
from kafka import KafkaProducer

import addresses

app = Flask(__name__)
producer = KafkaProducer(bootstrap_servers=addresses.several("kafka"), acks=1, enable_idempotence=False)


def ask_one(role, method, path="/", **kwargs):
    instances = addresses.several(role)
    random.shuffle(instances)
    for instance in instances:
        try:
            answer = requests.request(method, f"http://{instance}{path}", timeout=3, **kwargs)
            if answer.ok:
                return answer.text
        except requests.RequestException as error:
            print(f"{role} at {instance}: {error}")
    raise RuntimeError(f"no {role} service answers")


@app.post("/")
def post():
    text = (request.get_json(silent=True) or request.form)["message"]
    ask_one("logging", "POST", data={"id": str(uuid.uuid4()), "message": text})
    producer.send(addresses.get("topic"), text.encode()).get(timeout=5)
    return "saved"


@app.get("/")
def get():
    return f"logging: {ask_one('logging', 'GET')} messages: {ask_one('messages', 'GET')}"


@app.errorhandler(Exception)
def failed(error):
    return f"error: {error}", 500


@app.get("/health")
def health():
    return "", 204


if __name__ == "__main__":
    app.run(addresses.get("listen"), 8080)
