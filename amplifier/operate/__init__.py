"""What people decide about what happened: look, send again, correct, withdraw, and how everything is."""
