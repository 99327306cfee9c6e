"""What a system of facade, logging and messages promises."""
