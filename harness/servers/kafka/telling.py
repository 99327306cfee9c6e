"""How the effects of Kafka are told."""

from __future__ import annotations

from harness.telling import Telling

EFFECTS = Telling(led=frozenset({"leader"}), redundant=frozenset({"isr-full"}))
