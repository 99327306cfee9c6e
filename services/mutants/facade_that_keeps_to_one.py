"""A facade that always asks the same logging instance, as often as it may."""

from services import directory, facade


class First(directory.Directory):
    """A directory that knows the first instance of each role by name."""

    async def instances(self, role: str) -> list[tuple[str, str]]:
        """One instance, and the same one every time."""
        return sorted(await super().instances(role))[:1]


if __name__ == "__main__":
    facade.Directory = First  # type: ignore[attr-defined]
    facade.main()
