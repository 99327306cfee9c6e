"""How requests to somebody's services are made, and their answers read, as a file describes it; pure."""
