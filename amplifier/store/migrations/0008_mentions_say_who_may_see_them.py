"""Who may see a mention on its network; of those taken in before, only what cannot but be public counts as public."""

from django.db import migrations, models


def say_what_is_known(apps, schema_editor):
    """All of Bluesky is public, and so is what Mastodon lists under a hashtag; of the rest nobody asked."""
    rows = apps.get_model("store", "MentionRow").objects
    rows.filter(network="bluesky").update(visibility="public")
    rows.filter(network="mastodon", kind="tag").update(visibility="public")


class Migration(migrations.Migration):

    dependencies = [
        ('store', '0005_a_copy_is_found_at_once'),
    ]

    operations = [
        migrations.AddField(
            model_name='mentionrow',
            name='visibility',
            field=models.CharField(default='unknown', max_length=10),
        ),
        migrations.AddIndex(
            model_name='mentionrow',
            index=models.Index(fields=['status', 'visibility'], name='mentions_by_visibility'),
        ),
        migrations.RunPython(say_what_is_known, migrations.RunPython.noop),
    ]
