"""The whole campaign on pretend networks, and a count of it."""
