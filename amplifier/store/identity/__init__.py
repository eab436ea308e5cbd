"""Which account a row is, whose its keys are, and until when it waits."""
