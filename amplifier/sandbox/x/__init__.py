"""The pretend X."""
