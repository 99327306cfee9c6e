"""Nodes that run already: found where they are said to be, broken by commands or an engine, and put back."""
