"""How a server counts a post, beside how long it lets one be."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('store', '0007_what_a_person_has_to_see'),
    ]

    operations = [
        migrations.AddField(
            model_name='accountrow',
            name='counts',
            field=models.CharField(default='', max_length=20),
        ),
    ]
