"""A facade that posts an acknowledged id anew: it is on the queue twice."""

from services import facade, once


class Forgetful(once.Once[facade.Accepted]):
    """A way to post that remembers no answer."""

    def _remember(self, message_id: str, msg: str, answer: facade.Accepted) -> None:
        """Forgets it."""


if __name__ == "__main__":
    facade.Once = Forgetful  # type: ignore[assignment,attr-defined]
    facade.main()
