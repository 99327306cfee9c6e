"""WHAT a system is made of: plain data, nothing that starts anything."""
