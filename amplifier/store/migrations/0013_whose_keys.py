"""What a network calls an account now; and a handle may pass from an account that is not listed any more to another."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):

    dependencies = [("store", "0012_sources_by_account")]
    operations = [
        migrations.AddField("AccountRow", "called", models.CharField(default="", max_length=200)),
        migrations.RemoveConstraint("AccountRow", "one_account_an_identity"),
        migrations.AddConstraint(
            "AccountRow",
            models.UniqueConstraint(
                fields=("network", "server", "handle"),
                name="one_account_an_identity",
                condition=Q(is_listed=True) & ~Q(handle=""),
            ),
        ),
    ]
