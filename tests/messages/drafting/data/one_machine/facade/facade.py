import toml
from flask import Flask
from kafka_of_ours import send

app = Flask(__name__)
settings = toml.load("settings.toml")


@app.route("/f", methods=["POST", "GET"])
def f() -> str:
    return send(settings)


app.run(port=5000)
