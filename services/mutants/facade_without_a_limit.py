"""A facade that takes texts of any length."""

import os

from services import facade

if __name__ == "__main__":
    os.environ["MESSAGE_BYTES"] = "1000000000"
    facade.main()
