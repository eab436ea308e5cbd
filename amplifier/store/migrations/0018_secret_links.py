"""What the code calls a secret link; the table keeps the name that it has."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("store", "0017_what_is_out_keeps_its_hour")]

    operations = [migrations.RenameModel("ErrandRow", "SecretLinkRow")]
