"""Topologies: WHAT a system is made of, as plain data; nothing here starts anything."""
