"""Builds everything from settings and environment, once."""
