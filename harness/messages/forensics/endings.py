"""What services of somebody's own did by themselves: one ended, or a thread of it did. As events, and in words. Pure.

Who records them is `harness.messages.description.endings`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from harness.checkers import shapes
from harness.checkers.shapes import Shape, Shapes
from harness.events import NEMESIS, UNDO, Event, faults, in_words
from harness.messages.forensics.facts import span

#: The names of the events: an instance ended by itself; it was started again; what ended a thread of it.
ENDED, AGAIN, UNCAUGHT = "ended by itself", "started again", "uncaught exceptions"
#: What it is called that an instance ended by itself.
DIED = "died by itself"
SHAPES = Shapes(
    events={
        ENDED: Shape(
            'an object with the "node", its "role" and "status", the "last" lines of its log, and "restart"',
            shapes.fields({"node": shapes.text, "role": shapes.text, "last": shapes.list_of(shapes.text)}),
            shapes.anything,
        ),
        UNCAUGHT: Shape(
            'a list of objects, each with the "node", its "role", its "thread" and the "error"',
            shapes.list_of(
                shapes.fields({"node": shapes.text, "role": shapes.text, "thread": shapes.text, "error": shapes.text})
            ),
            shapes.anything,
        ),
    }
)


def of_a_kind(events: Sequence[Event], name: str) -> Iterator[Event]:
    """The events of that name."""
    return (event for event in events if event.process == NEMESIS and event.f == name)


def for_good(events: Sequence[Event], role: str) -> Event | None:
    """The event with which the only instance of a role ended by itself, which nobody starts again."""
    ended = (event for event in of_a_kind(events, ENDED) if event.value["role"] == role)
    return next((event for event in ended if not event.value["restart"]), None)


def in_a_sentence(name: str, events: Sequence[Event]) -> str:
    """When an instance ended by itself first, with which status, what it wrote last, and whether it is there again."""
    ended = [event for event in of_a_kind(events, ENDED) if event.value["node"] == name]
    again = [event.value["outcome"] for event in of_a_kind(events, AGAIN) if event.value["node"] == name]
    first, status, last = ended[0], ended[0].value["status"], ended[0].value["last"]
    done = [fault for fault in faults(events) if fault.time < first.time]
    when = f" {span(first.time - done[-1].time)} after the {_of(done[-1])}" if done else " with nothing broken"
    said = f"{name} ended by itself{when}" + ("" if status is None else f", with status {status}")
    if again:
        times = f" {len(again)} times" if len(again) > 1 else ""
        outcome = again[-1] if len(ended) == len(again) else "it ended by itself each time"
        said += f", and was started again{times}: {outcome}"
    return f"{said}; its last lines: {' / '.join(last)}" if last else f"{said}; it had written nothing"


def _of(fault: Event) -> str:
    what, nodes = in_words(fault).split(" ", 1)
    return f"{what.removeprefix(UNDO)} of {nodes}"
