"""Counting, links and cutting, as the networks do it."""
