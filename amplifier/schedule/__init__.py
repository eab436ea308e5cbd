"""When it is due."""
