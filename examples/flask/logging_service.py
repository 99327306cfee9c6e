import hazelcast
from flask import Flask, request

import addresses

app = Flask(__name__)
client = hazelcast.HazelcastClient(
    cluster_name=addresses.get("cluster"), cluster_members=addresses.several("hazelcast")
)
log = client.get_map("log").blocking()


@app.post("/")
def post():
    log.put(request.form["id"], request.form["message"])
    print("logged", request.form["message"])
    return "ok"


@app.get("/")
def get():
    return f"[{', '.join(log.values())}]"


if __name__ == "__main__":
    app.run(addresses.get("listen"), 8080)
