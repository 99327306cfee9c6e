"""A logging service that registers with config and never renews its entry."""

from services import logging, registry


class Once(registry.Lease):
    """A lease that takes its first entry for one that lasts."""

    def _put(self, body: dict[str, object]) -> bool:
        """Registers; nothing more once config has the entry."""
        return self._registered or super()._put(body)


if __name__ == "__main__":
    logging.Lease = Once  # type: ignore[attr-defined]
    logging.main()
