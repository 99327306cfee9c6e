"""Other releases of kafka-python, each in a process of its own."""
