from flask import Flask, request

app = Flask(__name__)


@app.route("/", methods=["GET", "POST"])
def facade():
    return request.form.get("message")
