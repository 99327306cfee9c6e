"""A config service that lists one instance too few of each role that has several, as a loop that ends early would."""

from services import config


class Short(config.Registry):
    """A registry that does not tell the last instance of a role."""

    def live(self) -> dict[str, list[config.Instance]]:
        """The live instances by role, but for the last of several."""
        return {role: instances[:-1] or instances for role, instances in super().live().items()}


if __name__ == "__main__":
    config.Registry = Short  # type: ignore[misc]
    config.main()
