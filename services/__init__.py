"""The services under test: config, facade, logging, messages."""
