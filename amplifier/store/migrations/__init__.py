"""The tables\x27 history."""
