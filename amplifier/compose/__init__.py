"""From plan to words to rows."""
