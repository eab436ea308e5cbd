"""Posts that people publish by hand: who is asked, what they are told, and which link shows it."""
