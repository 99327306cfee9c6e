"""A config service that takes a late renewal of an incarnation that has been taken out."""

from services import config


class Forgiving(config.Registry):
    """A registry that remembers no incarnation that was taken out."""

    def put(self, name: str, incarnation: str, registration: config.Registration) -> bool:
        """Registers whoever asks."""
        self._gone.clear()
        return super().put(name, incarnation, registration)


if __name__ == "__main__":
    config.Registry = Forgiving  # type: ignore[misc]
    config.main()
