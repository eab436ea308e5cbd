"""How the command line shows things: marks, lists, bills, the plan on paper."""
