"""A facade that now and then forgets whom it knows, and then needs config to tell it again."""

import random

from services import directory, facade


class Forgetful(directory.Directory):
    """A directory that forgets everything in one request of five."""

    async def instances(self, role: str) -> list[tuple[str, str]]:
        """The instances that config tells now; in one request of five no others."""
        if random.random() > 0.2:
            return await super().instances(role)
        known, self._known = self._known, {}
        try:
            return await super().instances(role)
        finally:
            self._known = known | self._known


if __name__ == "__main__":
    facade.Directory = Forgetful  # type: ignore[attr-defined]
    facade.main()
