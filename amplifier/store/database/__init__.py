"""The database itself: whether it is there, whole and near, and how a verb touches it."""
