"""Whether what our posts say is still so, on the day on which they say it."""
