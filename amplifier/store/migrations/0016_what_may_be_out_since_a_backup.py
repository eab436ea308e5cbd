"""What may have gone out since a backup that was restored is known as such, with the words that it had then."""

from django.db import migrations, models
from django.db.models import F


def tell_apart(apps, schema_editor):  # noqa: ARG001  Django gives it
    """A restore used to write its backup's time where the first attempt's belongs; who was tried has attempts."""
    rows = apps.get_model("store", "DeliveryRow").objects.filter(attempts=0, first_sent_at__isnull=False)
    waits = rows.filter(state__in=["held", "missed", "unsure"])
    waits.update(unseen_since=F("first_sent_at"), unseen_text=F("text"), first_sent_at=None)


class Migration(migrations.Migration):

    dependencies = [("store", "0015_stops_whatever_ails_the_database")]
    operations = [
        migrations.AddField("deliveryrow", "unseen_since", models.DateTimeField(null=True)),
        migrations.AddField("deliveryrow", "unseen_text", models.TextField(default="", db_default="")),
        migrations.RunPython(tell_apart, migrations.RunPython.noop),
    ]
