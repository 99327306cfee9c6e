from flask import Flask
from kafka import KafkaConsumer

app = Flask(__name__)
consumer = KafkaConsumer("texts")
app.run(port=5001)
