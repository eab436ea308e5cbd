"""The post that an unclear answer to our own request named stands with its delivery: every look reads it first."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("store", "0013_whose_keys")]

    operations = [
        migrations.AddField("DeliveryRow", "answered_id", models.CharField(default="", max_length=300)),
        migrations.AddField("DeliveryRow", "answered_url", models.TextField(default="")),
    ]
