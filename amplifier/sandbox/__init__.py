"""Pretend networks that speak the real protocols."""
