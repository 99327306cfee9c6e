"""What is said of a draft beside its text: what was not taken over, and what is left to do."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Findings:
    """What came up while a draft was made, in the order in which it did.

    Attributes:
        left: what was not taken over, each in one line with its place and the reason.
        guesses: what nothing says, and a person knows, each in one line.
        todos: what else is missing in the draft, each in one line.
    """

    left: list[str] = field(default_factory=list)
    guesses: list[str] = field(default_factory=list)
    todos: list[str] = field(default_factory=list)

    @property
    def all_todos(self) -> list[str]:
        """What a person has to do in the draft."""
        return [*self.guesses, *self.todos]

    def add(self, others: Findings) -> None:
        """Notes what came up elsewhere."""
        for own, more in ((self.left, others.left), (self.guesses, others.guesses), (self.todos, others.todos)):
            own += [line for line in more if line not in own]

    def leave(self, place: str, what: str, why: str) -> None:
        """Notes that something was not taken over."""
        self._add(self.left, f"{place}: {what}: {why}")

    def guess(self, words: str) -> None:
        """Notes that nothing says something that a person knows."""
        self._add(self.guesses, words)

    def todo(self, words: str) -> None:
        """Notes that something is missing."""
        self._add(self.todos, words)

    def _add(self, lines: list[str], line: str) -> None:
        if (words := printable(line)) not in lines:
            lines.append(words)


def printable(line: str) -> str:
    """A text in one line, whatever characters it has."""
    return "".join(each if each.isprintable() else repr(each)[1:-1] for each in line)
