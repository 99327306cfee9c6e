"""A producer in a process of its own, by whichever kafka-python is first on its path; it ends when its input does.

    python write.py '{"topic": ..., "settings": {...}}'

It sends what each line of its input names ([[partition, value], ...]), and writes a line of JSON for each record that
is answered: {"value": ..., "offset": ...}, or {"value": ..., "error": ...}. No module of the project is on its path.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from typing import Any

from kafka import KafkaProducer

_LOOK_S = 0.05


def tell(what: object) -> None:
    """Writes a line."""
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def answer(value: int, future: Any) -> None:
    """Tells what became of a record."""
    if future.failed():
        tell({"value": value, "error": repr(future.exception)})
    else:
        tell({"value": value, "offset": future.value.offset})


def watch(under_way: dict[int, Any]) -> None:
    """Tells of each record that is answered, for as long as the process lives."""
    while True:
        for value, future in list(under_way.items()):
            if future.is_done:
                answer(value, under_way.pop(value))
        threading.Event().wait(_LOOK_S)


def main() -> None:
    """Sends until its input ends; then it ends at once, whatever is under way."""
    wanted = json.loads(sys.argv[1])
    producer = KafkaProducer(**wanted["settings"])
    under_way: dict[int, Any] = {}
    threading.Thread(target=watch, args=[under_way], daemon=True).start()
    for line in sys.stdin:
        for partition, value in json.loads(line):
            under_way[value] = producer.send(wanted["topic"], str(value).encode(), partition=partition)
    os._exit(0)


if __name__ == "__main__":
    main()
