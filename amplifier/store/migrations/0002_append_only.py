"""What has happened cannot be rewritten: triggers refuse changes of events, decisions and follow-ups."""

from django.db import migrations

# table -> the operations that are refused; a follow-up may go together with its mention (erasure)
GUARDED = {"events": ("UPDATE", "DELETE"), "decisions": ("UPDATE", "DELETE"), "followups": ("UPDATE",)}


def guard(apps, schema_editor):
    """Make the triggers, in the words of the database at hand."""
    sqlite = schema_editor.connection.vendor == "sqlite"
    if not sqlite:
        schema_editor.execute(
            "CREATE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'this table is append-only'; END $$"
        )
    for table, operations in GUARDED.items():
        for operation in operations:
            name = f"{table}_no_{operation.lower()}"
            if sqlite:
                schema_editor.execute(
                    f"CREATE TRIGGER {name} BEFORE {operation} ON {table} "
                    "BEGIN SELECT RAISE(ABORT, 'this table is append-only'); END"
                )
            else:
                schema_editor.execute(
                    f"CREATE TRIGGER {name} BEFORE {operation} ON {table} "
                    "FOR EACH ROW EXECUTE FUNCTION append_only()"
                )


class Migration(migrations.Migration):
    """Comes right after the tables."""

    dependencies = [("store", "0001_ledger")]
    operations = [migrations.RunPython(guard, migrations.RunPython.noop)]
