"""A messages service that goes on where its group was, although it keeps nothing that would outlive it."""

import os

from services import messages

if __name__ == "__main__":
    os.environ["REPLAY"] = "0"
    messages.main()
