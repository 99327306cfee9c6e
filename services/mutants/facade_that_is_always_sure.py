"""A facade that says of every failure that nothing happened, also of one whose outcome is unknown."""

from services import facade, posting


class Sure(posting.PostError):
    """An error that leaves no doubt."""

    def __init__(self, message: str, *, stage: posting.Stage, unknown: bool, status: int = 503) -> None:
        super().__init__(message, stage=stage, unknown=False, status=status)


if __name__ == "__main__":
    posting.PostError = Sure  # type: ignore[misc]
    facade.main()
