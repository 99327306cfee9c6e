"""How long an example takes is the machine's business."""

from hypothesis import settings

settings.register_profile("harness", deadline=None, max_examples=50)
settings.load_profile("harness")
