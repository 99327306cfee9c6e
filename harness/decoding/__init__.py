"""Reads TOML files by typed tables, and says all that is wrong in one, each with its line and the nearest key."""
