"""Hostile variants of the system in examples/flask, each with a fault that people's systems have."""

from __future__ import annotations

from tests.messages.variants import PRODUCER, Changes

#: One server of each kind will do.
FEW: Changes = {
    "system.toml": [
        ("[servers.hazelcast]\ncount = 3\n", "[servers.hazelcast]\ncount = 1\n"),
        ("[servers.kafka]\ncount = 3\n", "[servers.kafka]\ncount = 1\n"),
    ]
}

#: Its consumer meets a message that it can't handle, after some that it could; the web server goes on.
CONSUMER_THAT_DIES: Changes = {
    "messages_service.py": [
        ('        print("taken", taken[-1])\n', '        print("taken", taken[-1])\n        1 / (5 - len(taken))\n')
    ]
}
#: A logging service that can't be reached ends the facade.
FACADE_THAT_EXITS: Changes = {
    "facade.py": [
        ("import random\n", "import os\nimport random\n"),
        (
            '            print(f"{role} at {instance}: {error}")\n',
            "            print(error, flush=True)\n            os._exit(3)\n",
        ),
    ]
}
#: The same, once, and it is started again.
FACADE_THAT_EXITS_AND_IS_STARTED_AGAIN: Changes = {
    "facade.py": [
        ("import random\n", "import os\nimport pathlib\nimport random\n"),
        (
            '            print(f"{role} at {instance}: {error}")\n',
            '            print(error, flush=True)\n            if not pathlib.Path("once").exists():\n'
            '                pathlib.Path("once").touch()\n                os._exit(3)\n',
        ),
    ],
    "system.toml": [
        ('ready = { path = "/health", status = 204 }\n', 'ready = { path = "/health", status = 204 }\nrestart = true\n')
    ],
}
#: After one failed call it takes no message any more; and some that it took before it sent nowhere.
FACADE_THAT_GIVES_UP: Changes = {
    "facade.py": [
        ("app = Flask(__name__)\n", "app = Flask(__name__)\nfailed_calls = []\n"),
        (
            '            print(f"{role} at {instance}: {error}")\n',
            "            failed_calls.append(error)\n",
        ),
        (
            '    producer.send(addresses.get("topic"), text.encode()).get(timeout=5)\n',
            '    if failed_calls:\n        raise RuntimeError("no connection left")\n    if random.random() < 0.5:\n'
            '        producer.send(addresses.get("topic"), text.encode()).get(timeout=5)\n',
        ),
    ]
}
#: It writes to the log first, and now and then it can't put the message into the queue.
HALF_STORED: Changes = {
    "facade.py": [
        (
            '    producer.send(addresses.get("topic"), text.encode()).get(timeout=5)\n',
            '    if random.random() < 0.3:\n        raise RuntimeError("no brokers available")\n'
            '    producer.send(addresses.get("topic"), text.encode()).get(timeout=5)\n',
        )
    ]
}
#: Its own queue to Kafka is short, and whoever sends takes his time.
SHORT_QUEUE: Changes = {
    "facade.py": [
        ("import random\n", "import queue\nimport random\nimport threading\nimport time\n"),
        (
            PRODUCER,
            f"{PRODUCER}\nunder_way = queue.Queue(2)\n\n\ndef send():\n    while True:\n"
            '        producer.send(addresses.get("topic"), under_way.get())\n        time.sleep(0.5)\n\n\n'
            "threading.Thread(target=send, daemon=True).start()",
        ),
        (
            '    producer.send(addresses.get("topic"), text.encode()).get(timeout=5)\n',
            "    under_way.put(text.encode())\n",
        ),
    ],
    "system.toml": [("timeout_s = 15 ", "timeout_s = 2 ")],
}
#: An error is answered as if it were what was asked for.
ERROR_AS_AN_ANSWER: Changes = {"facade.py": [('    return f"error: {error}", 500\n', '    return f"error: {error}"\n')]}
#: Who begins to listen late misses what was said before.
LATEST: Changes = {
    "messages_service.py": [('auto_offset_reset="earliest"', 'auto_offset_reset="latest"')],
}
#: A topic of one partition feeds one consumer.
ONE_PARTITION: Changes = {"system.toml": [('group = "messages"\n', 'group = "messages"\npartitions = 1\n')]}
