"""A logging service whose every instance has a map to itself."""

import os

from services import logging

if __name__ == "__main__":
    os.environ["HAZELCAST_MAP"] += "-" + os.environ["SERVICE_NAME"]
    logging.main()
