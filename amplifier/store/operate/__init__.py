"""What people's hands change: corrections, withdrawals, own posts, notes, looks at what is out."""
