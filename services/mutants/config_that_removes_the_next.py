"""A config service that takes out the entry of a name whichever incarnation asks: a late removal hits the next one."""

from services import config


class ByName(config.Registry):
    """A registry that does not compare incarnations."""

    def delete(self, name: str, incarnation: str) -> None:
        """Takes the instance out that has the name now."""
        entry = self._entries.get(name)
        super().delete(name, entry.incarnation if entry else incarnation)


if __name__ == "__main__":
    config.Registry = ByName  # type: ignore[misc]
    config.main()
