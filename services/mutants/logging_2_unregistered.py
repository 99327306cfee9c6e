"""A logging service whose second instance works but never tells config."""

import os

from services import logging, registry


class Silent(registry.Lease):
    """A lease that registers nothing."""

    def start(self) -> None:
        """Does not begin to register."""

    def problem(self) -> str | None:
        """No problem that the instance would admit."""

    def stop(self, within_s: float) -> None:
        """Has no entry to take out."""


if __name__ == "__main__":
    if os.environ["SERVICE_NAME"] == "logging-2":
        logging.Lease = Silent  # type: ignore[attr-defined]
    logging.main()
