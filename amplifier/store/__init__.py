"""The ledger: models, migrations, and one file of verbs a table."""
