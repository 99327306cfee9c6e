"""Starts a member of Hazelcast 3 in place of this process. Standard library only.

Environment: HAZELCAST_CONFIG (an XML file), JAVA_OPTS; where things are: HARNESS_JAVA, HARNESS_JARS.
"""

from __future__ import annotations

import os
import shlex

import jvm

_DEFAULTS = (
    "-Xmx256m",
    "-Dhazelcast.phone.home.enabled=false",
    "-Dhazelcast.rest.enabled=true",
    "-Djava.net.preferIPv4Stack=true",
)

if __name__ == "__main__":
    options = [*_DEFAULTS, f"-Dhazelcast.config={os.environ['HAZELCAST_CONFIG']}"]
    options += shlex.split(os.environ.get("JAVA_OPTS", ""))
    jvm.become("hazelcast", options, ["com.hazelcast.core.server.StartServer"])
