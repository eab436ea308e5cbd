"""Tells people what happened and what is asked of them, each once, on their phones."""
