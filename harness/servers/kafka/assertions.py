"""Demands of the scenarios that break Kafka's log under load: what was acknowledged is kept, as settings permit."""

from __future__ import annotations

from harness.assertions import Demand, demand
from harness.checkers import Verdict, effective_settings, load, partition_log
from harness.errors import BadInputError
from harness.guarantees import permitted
from harness.history import History

#: What is seen of a record that is lost: its offset has another one or none, and perhaps one that was sent later.
_SEEN = ("lost write", "inconsistent offset", "nonmonotonic send", "unseen")
#: What is seen of a record that was sent again: it is there twice, and perhaps behind one that was sent later.
_AGAIN = ("duplicate", "nonmonotonic send")


def assert_kept(history: History, *, least_a_second: int, shows: str = "") -> Verdict:
    """Demands: enough was acknowledged, and each record of it stays where it was put, once, in order.

    A loss that settings permit is a loss all the same, and told with its cause, unless the scenario is there to show
    it. A record that they permit to be there twice may be.

    Args:
        history: what the scenario recorded, with the settings of its topic and its producers.
        least_a_second: how many sends have to be acknowledged in a second, or the run shows nothing.
        shows: what has to be found of a loss, or of doubles, that is permitted and that the scenario provokes, such as
            "lost write" or "duplicate".

    Raises:
        BadInputError: nothing permits that.
    """
    reasons = permitted(history.events)
    of_a_loss = dict.fromkeys(_SEEN, reasons["lost"]) if "lost" in reasons else {}
    again = {name: reasons[name] for name in _AGAIN if name in reasons}
    may_come = {**of_a_loss, **again}
    if shows and shows not in may_come:
        raise BadInputError(
            f"nothing permits {shows!r} here, so it can't be shown; permitted: {', '.join(may_come) or 'nothing'}"
        )
    others = {name: why for name, why in may_come.items() if name != shows}
    of_the_log = (
        Demand(partition_log.check, {"exactly_once": shows == "duplicate"}, (shows,), permitted=others)
        if shows
        else Demand(partition_log.check, permitted=again, causes=of_a_loss)
    )
    enough = Demand(load.check, {"f": "send", "least_a_second": least_a_second})
    return demand(history, of_the_log, Demand(effective_settings.check), enough)
