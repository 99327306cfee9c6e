"""Programs that helpers run in the networks of nodes: each is one file, and needs Python's standard library alone."""
