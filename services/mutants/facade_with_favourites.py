"""A facade that asks instances in the order of their names, and the next one only if one does not answer."""

from services import directory, facade


class InOrder(directory.Directory):
    """A directory that does not shuffle."""

    async def instances(self, role: str) -> list[tuple[str, str]]:
        """All instances, by name."""
        return sorted(await super().instances(role))


if __name__ == "__main__":
    facade.Directory = InOrder  # type: ignore[attr-defined]
    facade.main()
