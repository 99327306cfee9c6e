"""Tries what a file says of a running system: posts a message, gets it back, and shows what was read from each answer.

For the person who writes the file. Nothing is recorded and nothing is judged.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import httpx

from harness.errors import AwaitTimeoutError
from harness.messages.speaking.body import Body
from harness.messages.speaking.entries import Part, UnreadableAnswerError, part_of
from harness.messages.speaking.identity import new_id, word_of
from harness.messages.speaking.outcomes import outcome_of
from harness.messages.speaking.requests import request_of
from harness.messages.speaking.speech import Asked, Speech
from harness.messages.texts import Form, as_recorded, shown, unique_text
from harness.waiting import until

#: For how long a message may be on its way from the facade to a messages instance, in seconds.
_SHOWN_TIMEOUT_S = 20.0
_BACK_TIMEOUT_S = 2.0
_INTERVAL_S = 0.2
_BEGINNING = 300
_FEW = 3
#: From the hardest on; each takes in those behind it.
_FORMS: Sequence[Form] = ("any", "line", "word")
#: So many that there is one of each kind of text.
_TEXTS: Mapping[Form, int] = {"any": 10, "line": 8, "word": 1}


@dataclass
class Tried:
    """What came of it.

    Attributes:
        lines: what was sent and answered, and what was read from that.
        problems: what is not as the file says, in words.
    """

    lines: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


class _ProblemError(Exception):
    """Something is not as the file says, and there is no going on."""


class Trial:
    """Speaks to a running system as its file says."""

    def __init__(
        self, facade: str, instances: Mapping[Asked, Mapping[str, str]], speech: Speech, logged: Callable[[], str]
    ) -> None:
        """Of a facade at this host:port, and of instances (name to host:port) by what each can be asked for.

        `logged` gives the last that the facade has logged, in words: why it takes no message is told there, if at all.
        """
        self._facade, self._instances, self._speech = f"http://{facade}", instances, speech
        self._logged = logged
        self._tried = Tried()
        self._numbers = itertools.count(1)

    def run(self) -> Tried:
        """Posts one message, waits until each part of a GET shows it, reads instances, and tries harder texts.

        In a system that others post to as well it is that one message alone.
        """
        with httpx.Client(trust_env=False) as self._http:
            try:
                text = self._post_one()
                self._await_shown(text)
                self._read_instances(text)
                if self._speech.shared:
                    self._say(
                        f"it runs already: this one message was posted, and stays there; that texts of the form "
                        f'"{self._speech.promises.text}" come back is what [promises] text says'
                    )
                else:
                    self._try_texts()
            except _ProblemError as problem:
                self._tried.problems.append(str(problem))
        return self._tried

    def _say(self, line: str) -> None:
        self._tried.lines.append(line)

    def _post_one(self) -> str:
        id_ = new_id(next(self._numbers))
        text = word_of(id_)
        response, words = self._posted(id_, text)
        post = self._speech.post
        outcome = outcome_of(post, response.status_code, Body(response.text))
        told = "".join(f"; {name}: {value}" for name, value in outcome.told.items())
        self._say(f"{words}\n  read as: {outcome.kind}{told}")
        if outcome.kind != "acknowledged":
            raise _ProblemError(
                f"the post was not acknowledged, but read as {outcome.kind}: [post] accepted says which answer is "
                f"an acknowledgement (status {', '.join(map(str, post.accepted.status))})\nthe facade: {self._logged()}"
            )
        if missing := [pointer for name, pointer in post.answer.items() if outcome.told[name] is None]:
            self._tried.problems.append(f"[post] answer: nothing fit for it is at {missing[0]} of the answer")
        return text

    def _posted(self, id_: str, text: str) -> tuple[httpx.Response, str]:
        """The answer to a post, and both in words."""
        post = self._speech.post
        request = request_of(post, id_, text)
        asked = f"{request.method} {request.path} ({post.body}, {shown(as_recorded(text))})"
        try:
            response = self._http.request(
                request.method, f"{self._facade}{request.path}", timeout=post.timeout_s, **request.arguments
            )
        except httpx.HTTPError as error:
            words = f"{asked} got no answer within {post.timeout_s:g} s: {type(error).__name__}"
            raise _ProblemError(f"{words}\nthe facade: {self._logged()}") from error
        return response, f"{asked}\n  {_answer(response)}"

    def _await_shown(self, text: str) -> None:
        """Waits until every part of a GET shows a text, and says what was read then."""
        parts = self._speech.parts

        def lacking(read: Mapping[str, Part]) -> list[str]:
            return [part for part in parts if text not in _texts(read[part])]

        try:
            response, read = until(
                f"a GET to show {text}",
                self._get,
                lambda seen: not lacking(seen[1]),
                timeout_s=_SHOWN_TIMEOUT_S,
                interval_s=_INTERVAL_S,
            )
        except AwaitTimeoutError:
            response, read = self._get()
        words = [f"GET {self._speech.get.path}", _answer(response)]
        self._say("\n  ".join([*words, *(f"[get.{part}] read as: {_read(read[part])}" for part in parts)]))
        if missing := lacking(read):
            raise _ProblemError(
                f"{text} was acknowledged, and {_SHOWN_TIMEOUT_S:g} s later the {missing[0]} part of a GET does not "
                f"show it: [get.{missing[0]}] says where messages are in the answer, or the system has lost it"
            )

    def _get(self) -> tuple[httpx.Response, Mapping[str, Part]]:
        """The answer to a GET, and its parts."""
        response = self._got(f"{self._facade}{self._speech.get.path}", self._speech.get.timeout_s)
        try:
            return response, {
                part: part_of(entries, Body(response.text), f"get.{part}")
                for part, entries in self._speech.parts.items()
            }
        except UnreadableAnswerError as error:
            raise _ProblemError(str(error)) from error

    def _got(self, url: str, timeout_s: float) -> httpx.Response:
        try:
            response = self._http.get(url, timeout=timeout_s)
        except httpx.HTTPError as error:
            raise _ProblemError(f"GET {url} got no answer within {timeout_s:g} s: {type(error).__name__}") from error
        if not response.is_success:
            raise _ProblemError(f"GET {url} {_answer(response)}")
        return response

    def _read_instances(self, text: str) -> None:
        """Asks every instance that can be asked, and says who has the text."""
        for what, instances in self._instances.items():
            if not self._speech.can_ask(what):
                continue
            direct, having = self._speech.direct(what), []
            for name, at in instances.items():
                response = self._got(f"http://{at}{direct.path}", self._speech.get.timeout_s)
                try:
                    read = part_of(direct.entries, Body(response.text), f"read.{what}.entries")
                except UnreadableAnswerError as error:
                    raise _ProblemError(f"{error} This is what {name} answered.") from error
                self._say(f"{name}: GET {direct.path}\n  {_answer(response)}\n  [read.{what}] read as: {_read(read)}")
                having += [name] if text in _texts(read) or (read.messages and read.messages[0].text is None) else []
            if not having:
                self._tried.problems.append(f"[read.{what}]: no instance shows {text}, which was acknowledged")

    def _try_texts(self) -> None:
        """Posts texts of every form, the hardest last, and says of which the system gives all back."""
        kept: Form | None = None
        for form in reversed(_FORMS):
            lost = [text for text in self._new_texts(form) if not self._comes_back(text)]
            if lost:
                words = ", ".join(shown(as_recorded(text)) for text in lost[:_FEW])
                self._say(
                    f'texts of the form "{form}": {len(lost)} of {_TEXTS[form]} do not come back, such as {words}'
                )
                break
            self._say(f'texts of the form "{form}": all {_TEXTS[form]} come back')
            kept = form
        promised = self._speech.promises.text
        if kept is None or _FORMS.index(kept) > _FORMS.index(promised):
            self._tried.problems.append(f'[promises] text is "{promised}"; what comes back is "{kept or "none"}"')
        elif kept != promised:
            self._say(f'[promises] text may be "{kept}", which tries the system harder than "{promised}"')

    def _new_texts(self, form: Form) -> Iterator[str]:
        for _ in range(_TEXTS[form]):
            number = next(self._numbers)
            id_ = new_id(number)
            yield unique_text(number, 0, word_of(id_) if form == "word" else id_, form)

    def _comes_back(self, text: str) -> bool:
        """Whether a text that is posted is shown as it was, in the first part of a GET."""
        response, _ = self._posted(new_id(next(self._numbers)), text)
        if outcome_of(self._speech.post, response.status_code, Body(response.text)).kind != "acknowledged":
            return False
        part = next(iter(self._speech.parts))
        try:
            until(
                "the text to be shown",
                lambda: self._get()[1][part],
                lambda read: text in _texts(read),
                timeout_s=_BACK_TIMEOUT_S,
                interval_s=_INTERVAL_S,
            )
        except (AwaitTimeoutError, _ProblemError):
            return False
        return True


def _texts(part: Part) -> set[str | None]:
    return {message.text for message in part.messages}


def _read(part: Part) -> str:
    """What was read from an answer, in words."""
    words = [message.text if message.text is not None else str(message.id) for message in part.messages]
    few = ", ".join(shown(as_recorded(each)) for each in words[-_FEW:])
    whose = f" of {part.source}" if part.source else ""
    more = "the last of them " if len(words) > _FEW else ""
    return f"{len(words)} message{'s' * (len(words) != 1)}{whose}{f': {more}{few}' if words else ''}"


def _answer(response: httpx.Response) -> str:
    body = response.text if len(response.text) <= _BEGINNING else f"{response.text[:_BEGINNING]}..."
    return f"answered {response.status_code}: {body!r}"
