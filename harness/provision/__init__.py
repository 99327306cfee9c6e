"""Gets Java, the server jars, Java's caches and images onto a machine; what is there already is only checked."""
