"""Out of the door, once."""
