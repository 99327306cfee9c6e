"""Backends: WHERE nodes run, Docker or local processes, behind one protocol."""
