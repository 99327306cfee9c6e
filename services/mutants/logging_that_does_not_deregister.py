"""A logging service that ends without a word to config: its entry stays until the lease runs out."""

from services import logging, registry


class Wordless(registry.Lease):
    """A lease that is not given back."""

    def stop(self, within_s: float) -> None:
        """Ends the renewals."""
        self._stopping.set()


if __name__ == "__main__":
    logging.Lease = Wordless  # type: ignore[attr-defined]
    logging.main()
