"""Counts what clients were answered over time and what was broken meanwhile, event by event; pure data.

Not for judging: that is what checkers do with the whole history.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from harness.events import NEMESIS, UNDO, Event

_BIN_NS = 500_000_000
#: Two hours of half seconds; what is older is only in the counts.
_MOST_BINS = 14_400
_SHOWN_BINS = 120
_MOST_NEWS = 40
_MOST_BANDS = 200
_NS = 1e9
_SHORTEST_S = 60


@dataclass
class Band:
    """A fault on one node, in nanoseconds; without an end while it is in force."""

    fault: str
    node: str
    since: int
    until: int | None = None


@dataclass(frozen=True)
class News:
    """Something that was done to the system, in words, and when in nanoseconds."""

    at: int
    words: str


@dataclass
class _Bin:
    number: int
    outcomes: Counter[str] = field(default_factory=Counter)


class Timeline:
    """Takes the events of a history in order, and gives the last of them as a picture's data."""

    def __init__(self) -> None:
        self.counts: dict[str, Counter[str]] = {}
        self._bins: deque[_Bin] = deque(maxlen=_MOST_BINS)
        self._bands: deque[Band] = deque(maxlen=_MOST_BANDS)
        self._news: deque[News] = deque(maxlen=_MOST_NEWS)
        self._first: int | None = None

    def take(self, events: Iterable[Event]) -> None:
        """Counts these events in."""
        for event in events:
            self._first = event.time if self._first is None else self._first
            if event.process == NEMESIS:
                self._take_fault(event)
            elif event.type != "invoke":
                self.counts.setdefault(event.f, Counter())[event.type] += 1
                self._bin(event.time // _BIN_NS).outcomes[event.type] += 1

    def drawn(self, now: int, window_s: float | None) -> Mapping[str, object]:
        """The last `window_s` seconds before `now` (or all there is) in at most 120 bins; times in seconds ago.

        `bins` holds how many operations were completed as ok, fail and info in each, the oldest first; a band that is
        in force has no `until_s`.
        """
        since = now - round((window_s or _SHORTEST_S) * _NS)
        if window_s is None and self._first is not None:
            since = min(since, self._first)
        width = max(_BIN_NS, -(-(now - since) // _SHOWN_BINS))
        shown = [[0, 0, 0] for _ in range(-(-(now - since) // width))]
        for bin_ in self._bins:
            place = (bin_.number * _BIN_NS + _BIN_NS // 2 - since) // width
            if 0 <= place < len(shown):
                for number, outcome in enumerate(("ok", "fail", "info")):
                    shown[place][number] += bin_.outcomes[outcome]
        bands = [band for band in self._bands if band.until is None or band.until > since]
        return {
            "span_s": (now - since) / _NS,
            "bin_s": width / _NS,
            "bins": shown,
            "bands": [
                {
                    "fault": band.fault,
                    "node": band.node,
                    "since_s": (now - band.since) / _NS,
                    "until_s": None if band.until is None else (now - band.until) / _NS,
                }
                for band in bands
            ],
        }

    @property
    def news(self) -> Sequence[News]:
        """The faults and effects so far in words, the latest first."""
        return tuple(reversed(self._news))

    def _bin(self, number: int) -> _Bin:
        if not self._bins or self._bins[-1].number < number:
            self._bins.append(_Bin(number))
        return self._bins[-1]

    def _take_fault(self, event: Event) -> None:
        value = event.value if isinstance(event.value, Mapping) else {}
        nodes = [str(node) for node in value.get("nodes", ())]
        begins = value.get("phase") == "begin"
        if event.f.startswith(UNDO):
            if not begins:
                self._end(event.f.removeprefix(UNDO), nodes, event.time)
                self._tell(event, f"the {event.f.removeprefix(UNDO)} of {', '.join(nodes)} is undone")
        elif begins:
            self._bands.extend(Band(event.f, node, event.time) for node in nodes)
        elif nodes:
            proofs = "; ".join(str(proof) for proof in dict(value.get("proof") or {}).values())
            self._tell(event, f"{event.f} {', '.join(nodes)}, because {value.get('why')}: {proofs}")

    def _tell(self, event: Event, words: str) -> None:
        self._news.append(News(event.time, words))

    def _end(self, fault: str, nodes: Sequence[str], at: int) -> None:
        for band in self._bands:
            if band.until is None and band.fault == fault and band.node in nodes:
                band.until = at
