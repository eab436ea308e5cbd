"""An index by which the same words are found on an account, however many rows there are."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('store', '0004_changes_do_not_wait_for_a_gap'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='deliveryrow',
            index=models.Index(models.F('account'), models.Func(models.F('text'), models.Value(1), models.Value(120), function='SUBSTR'), name='deliveries_words'),
        ),
    ]
