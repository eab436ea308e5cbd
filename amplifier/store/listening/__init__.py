"""What was heard, where each source stands, and what could not be understood."""
