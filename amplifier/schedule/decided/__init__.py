"""What people change against the plan: shown first, then decided."""
