"""A facade that is content when it has sent a message, whoever has it."""

import os

from services import facade

if __name__ == "__main__":
    os.environ["KAFKA_ACKS"] = "0"
    facade.main()
