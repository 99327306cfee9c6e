"""Demands of the scenarios that break Kafka's log under load: what was acknowledged is kept, as settings permit."""

from __future__ import annotations

from harness.assertions import Demand, demand
from harness.checkers import Verdict, effective_settings, load, partition_log
from harness.errors import BadInputError
from harness.guarantees import permitted
from harness.history import History

#: What is seen of a record that is lost: its offset has another one or none, and perhaps one that was sent later.
_CERTAIN, _PERHAPS = "lost write", ("inconsistent offset", "nonmonotonic send", "unseen")


def assert_kept(history: History, *, least_a_second: int, shows_a_loss: bool = False) -> Verdict:
    """Demands: enough was acknowledged, and each record of it stays where it was put, once, in order.

    A loss that settings permit is a loss all the same, and told with its cause, unless the scenario is there to show
    it.

    Args:
        history: what the scenario recorded, with the settings of its topic and its producers.
        least_a_second: how many sends have to be acknowledged in a second, or the run shows nothing.
        shows_a_loss: whether the scenario provokes a loss that is permitted: it has to be found.

    Raises:
        BadInputError: nothing permits it.
    """
    cause = permitted(history.events).get("lost", "")
    if shows_a_loss and not cause:
        raise BadInputError("nothing permits a loss here, so it can't be shown")
    seen = dict.fromkeys((_CERTAIN, *_PERHAPS), cause) if cause else {}
    of_the_log = (
        Demand(partition_log.check, {"exactly_once": False}, (_CERTAIN,), permitted=dict.fromkeys(_PERHAPS, cause))
        if shows_a_loss
        else Demand(partition_log.check, causes=seen)
    )
    enough = Demand(load.check, {"f": "send", "least_a_second": least_a_second})
    return demand(history, of_the_log, Demand(effective_settings.check), enough)
