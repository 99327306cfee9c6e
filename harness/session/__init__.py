"""A system that outlives the command that started it: a process owns it and does what later commands ask for."""
