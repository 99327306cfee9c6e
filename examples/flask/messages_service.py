import threading

from flask import Flask
from kafka import KafkaConsumer

import addresses

app = Flask(__name__)
taken = []


def consume():
    consumer = KafkaConsumer(
        addresses.get("topic"),
        bootstrap_servers=addresses.several("kafka"),
        group_id=addresses.get("group"),
        auto_offset_reset="earliest",
    )
    print("consuming")
    for record in consumer:
        taken.append(record.value.decode())
        print("taken", taken[-1])


@app.get("/")
def get():
    return ", ".join(taken)


if __name__ == "__main__":
    threading.Thread(target=consume, daemon=True).start()
    app.run(addresses.get("listen"), 8080)
