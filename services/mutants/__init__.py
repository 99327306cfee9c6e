"""Services with one known bug each, made from the real ones: what a checker is worth shows in whether it finds them.

A module here changes one thing and runs the service. Its docstring names the bug and who makes it in real life.
"""
