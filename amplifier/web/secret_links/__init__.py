"""Pages behind a secret address: whoever has the address may do the one thing that it is for, from anywhere."""
