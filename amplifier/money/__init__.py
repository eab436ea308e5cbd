"""What publishing and listening cost, and the month's one budget that pays for it."""
