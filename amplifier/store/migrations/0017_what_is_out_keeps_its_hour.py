"""What is out on one account keeps the hour at which it went out, where the post moves on the others."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("store", "0016_what_may_be_out_since_a_backup")]
    operations = [migrations.AddField("deliveryrow", "went_out", models.JSONField(null=True))]
