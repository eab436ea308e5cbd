"""The organisers: what others said, and who deals with it."""
