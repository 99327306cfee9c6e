"""A facade that gives an acknowledged id its answer again whatever the text is now."""

from services import facade, once


class ById(once.Once[facade.Accepted]):
    """A way to post that does not compare texts."""

    async def post(self, message_id: str, msg: str) -> facade.Accepted:
        """The answer that the id was given before, if there is one."""
        text, answer = self._answers.get(message_id, (None, None))
        return answer if answer is not None else await super().post(message_id, text or msg)


if __name__ == "__main__":
    facade.Once = ById  # type: ignore[assignment,attr-defined]
    facade.main()
