"""Gets Java, the server jars, caches and images onto a machine."""
