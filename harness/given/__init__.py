"""Clusters that run already, given by options or a file: scenarios of servers alone run on them."""
