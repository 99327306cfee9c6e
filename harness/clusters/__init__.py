"""Views of the running clusters; they ask the servers and never guess from names."""
