"""Checkers of what a system of facade, logging and messages promises."""
