"""Until when an account takes nothing at all, apart from when its next post may go: corrections wait for no gap."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('store', '0003_delivery_to_trust'),
    ]

    operations = [
        migrations.AddField(
            model_name='accountrow',
            name='closed_until',
            field=models.DateTimeField(null=True),
        ),
    ]
