"""Shows what is now: the nodes of a running system, what its clusters say they are, and who holds what."""
