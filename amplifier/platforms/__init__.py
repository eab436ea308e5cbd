"""The networks: one port, one table of capabilities, one folder each."""
