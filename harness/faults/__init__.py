"""What can be done to a node, a file a kind; each proves that it bit."""
