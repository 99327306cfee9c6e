"""A facade whose GET never asks a messages instance, and says that none answers."""

from services import facade, reading


class Half(reading.Reader):
    """A reader of logging alone."""

    async def _answer(self, role: str) -> reading.Answer:
        return await super()._answer(role) if role == "logging" else reading.Answer(None, [])


if __name__ == "__main__":
    facade.Reader = Half  # type: ignore[attr-defined]
    facade.main()
