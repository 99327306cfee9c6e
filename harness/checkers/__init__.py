"""Pure judgements of a history, a file a guarantee."""
