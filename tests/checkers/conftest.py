"""How long an example takes is the machine's business."""

from hypothesis import settings

settings.register_profile("harness", deadline=None)
settings.load_profile("harness")
