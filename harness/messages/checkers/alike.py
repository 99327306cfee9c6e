"""One anomaly in place of many of the same name: what came with a hundred answers is told once, and how often."""

from __future__ import annotations

from collections.abc import Sequence

from harness.checkers.verdict import Anomaly


def together(alike: Sequence[Anomaly], *, of: str) -> Anomaly:
    """One anomaly for several of a name: the first one's words, how many there were and for how long.

    Args:
        alike: the last of each one's operations is the answer that it was seen in.
        of: how many answers there were, and what they were, such as "4 GETs".
    """
    first, last = alike[0].operations[-1], alike[-1].operations[-1]
    concerned = {o.invoke.index: o for anomaly in alike for o in anomaly.operations[:-1]}
    concerned |= {answer.invoke.index: answer for answer in (first, last)}
    affected = len({anomaly.operations[-1].invoke.index for anomaly in alike})
    sentence = alike[0].sentence
    if affected > 1:
        sentence += f"; the first of {affected} of {of} like it, over {(last.ended - first.began) / 1e9:.1f} s"
    return Anomaly(alike[0].name, sentence, tuple(concerned[index] for index in sorted(concerned)))
