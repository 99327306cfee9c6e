"""A messages service that reads its partitions from the beginning whenever it gets them, and should not."""

import os

from services import messages

if __name__ == "__main__":
    os.environ["REPLAY"] = "1"
    messages.main()
