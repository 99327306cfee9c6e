import argparse

import acme_tools
import hazelcast
from flask import Flask

app = Flask(__name__)
parser = argparse.ArgumentParser()
parser.add_argument("--port", type=int, default=5003)
acme_tools.use(hazelcast.HazelcastClient)
app.run(port=parser.parse_args().port)
