"""With a person's words goes what they state, as it was when they were written."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Empty without a default, so that SQLite adds it to the table as it stands: a copy would lose its triggers."""

    dependencies = [
        ('store', '0009_mentions_say_who_may_see_them'),
    ]

    operations = [
        migrations.AddField(
            model_name='decisionrow',
            name='facts',
            field=models.TextField(null=True),
        ),
    ]
