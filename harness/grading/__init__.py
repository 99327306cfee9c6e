"""Grading: the catalogue over many checkouts that nobody trusts, each by itself, and one table of all."""
