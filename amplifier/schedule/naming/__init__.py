"""Which post of the plan is which row of the ledger, whatever slots and hours are called by now."""
