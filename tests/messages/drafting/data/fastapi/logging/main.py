"""Listens at --port."""
