"""What holds deliveries back, and what may be out since a backup."""
