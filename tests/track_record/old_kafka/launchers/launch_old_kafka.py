"""Starts ZooKeeper or a broker of an old Kafka in place of this process. Standard library only.

python launch_old_kafka.py zookeeper|broker

Environment: PROPERTIES (the file of its properties, to which the folder of its data is added), KAFKA_HEAP_OPTS; where
things are: HARNESS_JAVA, HARNESS_JARS, HARNESS_DATA.
"""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path

import jvm

_MAIN = {
    "zookeeper": ("org.apache.zookeeper.server.quorum.QuorumPeerMain", "dataDir"),
    "broker": ("kafka.Kafka", "log.dirs"),
}
_LOG4J = """\
log4j.rootLogger=INFO, stdout
log4j.appender.stdout=org.apache.log4j.ConsoleAppender
log4j.appender.stdout.layout=org.apache.log4j.PatternLayout
log4j.appender.stdout.layout.ConversionPattern=%d{ISO8601} %p %c %m%n
"""

if __name__ == "__main__":
    main, folder_of_data = _MAIN[sys.argv[1]]
    data = Path(os.environ["HARNESS_DATA"])
    data.mkdir(parents=True, exist_ok=True)
    log4j, properties = data.parent / "log4j.properties", data.parent / "server.properties"
    log4j.write_text(_LOG4J)
    properties.write_text(f"{Path(os.environ['PROPERTIES']).read_text()}\n{folder_of_data}={data}\n")
    options = [
        f"-Dlog4j.configuration=file:{log4j}",
        *shlex.split(os.environ.get("KAFKA_HEAP_OPTS", "-Xmx192m")),
        # They unmap files by what Java has since hidden.
        "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED",
    ]
    jvm.become("kafka", options, [main, str(properties)])
