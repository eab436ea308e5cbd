"""Where listening stands is kept by the account's number, as everything else is."""

from django.db import migrations


def number(apps, schema_editor):
    """`x:mentions` becomes `#3:mentions`; its name is the key of the row, so the row is made anew."""
    numbers = dict(apps.get_model("store", "AccountRow").objects.values_list("label", "id"))
    source = apps.get_model("store", "SourceRow")
    for row in list(source.objects.all()):
        label, colon, what = row.name.partition(":")
        if label in numbers:
            source.objects.filter(name=row.name).delete()
            source.objects.create(
                name=f"#{numbers[label]}{colon}{what}", cursor=row.cursor, good_at=row.good_at, problem=row.problem
            )


class Migration(migrations.Migration):

    dependencies = [("store", "0011_events_set_aside")]
    operations = [migrations.RunPython(number, migrations.RunPython.noop)]
