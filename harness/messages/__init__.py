"""Systems of facade, logging and messages services: their nodes, their clients, and what they guarantee."""
