"""Asks several things at once with one deadline; notes what does not answer, and waits for nothing longer than that.

For looking, not for deciding: a probe that a scenario depends on is `harness.waiting.until`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import Generic, TypeVar

Answer = TypeVar("Answer")
_LONGEST_NOTE = 160


class Question(Generic[Answer]):
    """A question under way; once the round is over, `answer` is what came in time, or None."""

    def __init__(self, what: str, ask: Callable[[], Answer]) -> None:
        self.what = what
        self.answer: Answer | None = None
        self._ask = ask
        self.future: Future[Answer] = Future()
        # A daemon: one that hangs in a client's own, longer timeout keeps nobody from ending.
        threading.Thread(target=self._settle, name=f"asks {what}", daemon=True).start()

    def _settle(self) -> None:
        try:
            self.future.set_result(self._ask())
        except Exception as error:
            self.future.set_exception(error)


class Round:
    """Several questions that are asked at once."""

    def __init__(self) -> None:
        self._questions: list[Question[object]] = []

    def ask(self, what: str, ask: Callable[[], Answer]) -> Question[Answer]:
        """Begins to ask one more question."""
        question = Question(what, ask)
        self._questions.append(question)  # type: ignore[arg-type]  # only read from here on
        return question

    def finish(self, *, timeout_s: float) -> tuple[str, ...]:
        """Waits for the answers, and gives a line for each that did not come. Never raises what a question does."""
        wait([question.future for question in self._questions], timeout=timeout_s)
        return tuple(note for question in self._questions if (note := _taken(question, timeout_s)))


def _taken(question: Question[object], timeout_s: float) -> str | None:
    if not question.future.done():
        return f"{question.what}: no answer within {timeout_s:g} s"
    if error := question.future.exception():
        why = " ".join(str(error).split())[:_LONGEST_NOTE]
        return f"{question.what}: no answer ({type(error).__name__}: {why})"
    question.answer = question.future.result()
    return None
