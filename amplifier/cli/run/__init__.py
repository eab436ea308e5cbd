"""The processes, and what starts them, one after the other or all at once."""
