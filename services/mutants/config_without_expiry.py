"""A config service that keeps an entry for ever, renewed or not."""

from services import config


class Everlasting(config.Registry):
    """A registry whose entries never run out."""

    def _expire(self) -> None:
        """Leaves all entries as they are."""


if __name__ == "__main__":
    config.Registry = Everlasting  # type: ignore[misc]
    config.main()
