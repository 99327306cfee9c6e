"""A session: a process that owns a system and does what commands ask for, longer than the one that started it."""
