"""Starts a Hazelcast member in place of this process; the same in an image and as a local process.

Environment, as with the image hazelcast/hazelcast: HAZELCAST_CONFIG (a YAML file), JAVA_OPTS, HZ_* (read by Hazelcast
itself). Where things are: HARNESS_JAVA, HARNESS_JARS, HARNESS_AOT. HARNESS_TUNED=0 leaves the JVM as it comes.
"""

from __future__ import annotations

import os
import shlex

import jvm

# What Hazelcast's own start script opens; it warns, and measures less, without.
_OPENED = (
    "--add-modules=java.se",
    "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED",
    "--add-opens=java.base/java.lang=ALL-UNNAMED",
    "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
    "--add-opens=java.management/sun.management=ALL-UNNAMED",
    "--add-opens=jdk.management/com.sun.management.internal=ALL-UNNAMED",
)
_DEFAULTS = (
    "-Xmx256m",
    "-Dhazelcast.phone.home.enabled=false",
    "-Djava.util.logging.SimpleFormatter.format=%1$tFT%1$tT.%1$tL%1$tz %4$s %3$s %5$s%6$s%n",
)


def main() -> None:
    """Becomes the server."""
    options = [*_OPENED, *_DEFAULTS]
    if config := os.environ.get("HAZELCAST_CONFIG"):
        options.append(f"-Dhazelcast.config={config}")
    # The last one wins, so that whatever is set from outside holds.
    options += shlex.split(os.environ.get("JAVA_OPTS", ""))
    jvm.become("hazelcast", options, ["com.hazelcast.core.server.HazelcastMemberStarter"])


if __name__ == "__main__":
    main()
