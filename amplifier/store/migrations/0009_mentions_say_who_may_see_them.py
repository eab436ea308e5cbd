"""Who may see a mention on its network; of those taken in before, only what cannot but be public counts as public.

And the addresses of those on Bluesky are by DID from now on, since those by handle lead nowhere once that is changed.
"""

import re

from django.db import migrations, models


def say_what_is_known(apps, schema_editor):
    """All of Bluesky is public, and so is what Mastodon lists under a hashtag; of the rest nobody asked."""
    rows = apps.get_model("store", "MentionRow").objects
    rows.filter(network="bluesky").update(visibility="public")
    rows.filter(network="mastodon", kind="tag").update(visibility="public")


def address_by_did(apps, schema_editor):
    """The canonical id is the at-uri, which begins with the author's DID."""
    rows = apps.get_model("store", "MentionRow").objects
    for row in rows.filter(network="bluesky").only("canonical_id", "url").iterator():
        did = row.canonical_id.removeprefix("at://").partition("/")[0]
        if did.startswith("did:"):
            rows.filter(pk=row.pk).update(url=re.sub(r"/profile/[^/]+/post/", f"/profile/{did}/post/", row.url))


class Migration(migrations.Migration):

    dependencies = [
        ('store', '0008_how_a_server_counts'),
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
        migrations.RunPython(address_by_did, migrations.RunPython.noop),
    ]
