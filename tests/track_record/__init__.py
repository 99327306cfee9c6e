"""Published defects, seen again: each on the affected version and on the fixed one (docs/track-record.md)."""
