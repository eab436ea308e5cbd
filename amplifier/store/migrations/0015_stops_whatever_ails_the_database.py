"""Which stop links there are is found at once, and a stop knows whether a person gave its reason."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("store", "0014_the_post_that_an_answer_named")]
    operations = [
        migrations.AddField("stoprow", "by_person", models.BooleanField(default=False, db_default=False)),
        migrations.AddIndex(
            "errandrow",
            models.Index(
                fields=["id"],
                name="errands_stop_links",
                condition=models.Q(kind="stop", revoked_at__isnull=True),
            ),
        ),
    ]
