"""The kinds of servers: each folder is one, with its specs, its view, its targets and its effects."""
