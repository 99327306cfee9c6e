"""A facade that is content when the leader alone has a message."""

import os

from services import facade

if __name__ == "__main__":
    os.environ["KAFKA_ACKS"] = "1"
    facade.main()
