"""Histories in the forms that the checkers of others read: Jepsen's EDN, and operations on registers for porcupine."""
