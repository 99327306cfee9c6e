from flask import Flask, request

app = Flask(__name__)


@app.route("/send", methods=["POST"])
def send():
    return request.args["txt"]


@app.route("/list")
def shown():
    return "[]"
