"""Pages: the console for the team, the kit for everybody."""
