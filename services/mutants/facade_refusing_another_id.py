"""A facade that says of a post that it does not acknowledge an id that nobody has sent."""

from uuid import uuid4

from services import facade


class Unnamed(facade.Rejected):
    """A refusal that nobody can tell whose it is."""

    def __post_init__(self) -> None:
        """Forgets the id."""
        self.id = str(uuid4())


if __name__ == "__main__":
    facade.Rejected = Unnamed  # type: ignore[misc]
    facade.main()
