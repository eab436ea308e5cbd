"""The team: what comes next, and what to decide."""
