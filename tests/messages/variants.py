"""Variants of the system in examples/flask, each as a copy with a few lines changed: what is wrong with it is known."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.running import ROOT

FLASK = ROOT / "examples" / "flask"
#: By file, texts that are there once, and what stands in their place.
Changes = Mapping[str, Sequence[tuple[str, str]]]

PRODUCER = 'producer = KafkaProducer(bootstrap_servers=addresses.several("kafka"), acks=1, enable_idempotence=False)'
#: The facade and its logging service alone.
WITHOUT_A_QUEUE: Changes = {
    "facade.py": [
        ("from kafka import KafkaProducer\n", ""),
        (f"{PRODUCER}\n", ""),
        ('    producer.send(addresses.get("topic"), text.encode()).get(timeout=5)\n', ""),
        (""" messages: {ask_one('messages', 'GET')}""", ""),
    ],
    "system.toml": [
        ('[servers.kafka]\ncount = 3\n\n[queue]\nkind = "kafka"\nname = "messages"\ngroup = "messages"\n', ""),
        (
            '[services.messages]\ncommand = ["python", "messages_service.py"]\ncount = 2\n'
            'names = ["messages_service_1", "messages_service_2"]\nport = 8080\n'
            'environment = { KAFKA = "${brokers}" }\nready = { log = "^consuming" }\n',
            "",
        ),
        ('port = 8080\nenvironment = { KAFKA = "${brokers}" }\nready = { path', "port = 8080\nready = { path"),
        (r"\] messages:'", r"\]'"),
        (
            'messages = { match = \'messages: (.*)$\', empty = "^$", form = "text", split = ", " }\n',
            "",
        ),
        ('messages = { path = "/", entries = { empty = "^$", form = "text", split = ", " } }\n', ""),
        (
            '[settings]\n"kafka.producer.acks" = "1"\n"kafka.consumer.enable_auto_commit" = "true"\n',
            "",
        ),
    ],
}
#: Two logging instances and members, and one broker; its consumers commit what they have kept.
FEW: Changes = {
    "messages_service.py": [
        (
            '        auto_offset_reset="earliest",\n',
            '        auto_offset_reset="earliest",\n        enable_auto_commit=False,\n',
        ),
        (
            "        taken.append(record.value.decode())\n",
            "        taken.append(record.value.decode())\n        consumer.commit()\n",
        ),
    ],
    "addresses.ini": [("logging_service_2:8080 logging_service_3:8080", "logging_service_2:8080")],
    "system.toml": [
        ("[servers.hazelcast]\ncount = 3", "[servers.hazelcast]\ncount = 2"),
        ("[servers.kafka]\ncount = 3", "[servers.kafka]\ncount = 1"),
        (
            'count = 3\nnames = ["logging_service_1", "logging_service_2", "logging_service_3"]',
            'count = 2\nnames = ["logging_service_1", "logging_service_2"]',
        ),
        (
            '"kafka.consumer.enable_auto_commit" = "true"\n',
            '"kafka.consumer.enable_auto_commit" = "false"\n"messages.commits" = "after storing"\n'
            '"messages.from_beginning" = "false"\n',
        ),
    ],
}
#: Beside `FEW`: one of everything.
ONE_OF_EACH: Changes = {
    "system.toml": [
        ("[servers.hazelcast]\ncount = 2", "[servers.hazelcast]\ncount = 1"),
        ('count = 2\nnames = ["logging_service_1", "logging_service_2"]', 'names = ["logging_service_1"]'),
        ('count = 2\nnames = ["messages_service_1", "messages_service_2"]', 'names = ["messages_service_1"]'),
    ],
}


def variant(folder: Path, *changes: Changes) -> Path:
    """Writes a copy of the example with these changes into a folder; gives its system.toml."""
    shutil.copytree(FLASK, folder, dirs_exist_ok=True)
    for name, pairs in ((name, pairs) for each in changes for name, pairs in each.items()):
        text = (folder / name).read_text()
        for old, new in pairs:
            assert text.count(old) == 1, f"{name} has this {text.count(old)} times: {old}"
            text = text.replace(old, new)
        (folder / name).write_text(text)
    return folder / "system.toml"
