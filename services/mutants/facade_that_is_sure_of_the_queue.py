"""A facade that says of a message that the queue did not acknowledge that it is surely not there."""

from services import facade, posting


class Sure(posting.PostError):
    """An error that leaves no doubt of the queue."""

    def __init__(self, message: str, *, stage: posting.Stage, unknown: bool, status: int = 503) -> None:
        super().__init__(message, stage=stage, unknown=unknown and stage != "queue", status=status)


if __name__ == "__main__":
    posting.PostError = Sure  # type: ignore[misc]
    facade.main()
