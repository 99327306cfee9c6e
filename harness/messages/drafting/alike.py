"""The one command, or the one text, of several instances: with references where each has a name, port or number."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from harness.messages.drafting.roles import number_of


def common(
    commands: Sequence[Sequence[str]], ports: Sequence[int], names: Sequence[str], differs: Callable[[str], None]
) -> tuple[str, ...] | None:
    """The one command of several instances; None if theirs differ in more than name, number and port."""
    if len({len(command) for command in commands}) > 1:
        return None
    per = [command for command in commands for _ in range(len(names) // len(commands))]
    words = [same(words, ports, names) for words in zip(*per, strict=True)]
    for word, first in zip(words, commands[0], strict=True):
        if word is None:
            differs(first)
            return None
    return tuple(str(word) for word in words)


def same(texts: Sequence[str], ports: Sequence[int], names: Sequence[str]) -> str | None:
    """The one text of several instances, with references where each has its own; None if there is no such text."""
    numbers = [number_of(name) or index for index, name in enumerate(names, start=1)]
    own = ((names, "${name}"), (ports, "${port}"), (numbers, "${index}"))
    for values, reference in own:
        if len(set(texts)) == 1:
            break
        pattern = [rf"(?<![\w$-]){re.escape(str(value))}(?![\w-])" for value in values]
        if reference == "${index}":
            pattern = [rf"(?<![\d{{-]){value}(?!\d)" for value in values]
        texts = [re.sub(each, lambda _: reference, text) for each, text in zip(pattern, texts, strict=True)]  # noqa: B023
    return texts[0] if len(set(texts)) == 1 else None
