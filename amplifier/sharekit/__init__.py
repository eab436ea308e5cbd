"""What supporters share."""
