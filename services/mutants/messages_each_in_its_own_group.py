"""A messages service that makes up a group of its own: every instance reads every message.

A group id with a host name or a random part in it does that.
"""

import os

from services import messages

if __name__ == "__main__":
    os.environ["KAFKA_GROUP"] += "-" + os.environ["SERVICE_NAME"]
    messages.main()
