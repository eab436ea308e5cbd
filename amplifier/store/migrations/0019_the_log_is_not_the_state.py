"""What was read back from the log stands in columns: links that wait for a look, rounds of asking, others' changes."""

from django.db import migrations, models

READS = "It reads now: "


def carry_over(apps, schema_editor):  # noqa: ARG001  Django gives it
    """What the newest events say of each delivery that they are about."""
    event, delivery = apps.get_model("store", "EventRow"), apps.get_model("store", "DeliveryRow")
    link = apps.get_model("store", "SecretLinkRow")
    asked = link.objects.filter(kind="hand_off", delivery__isnull=False)
    for number in asked.values_list("delivery_id", flat=True).order_by("delivery_id").distinct().iterator():
        _pasted(event.objects.filter(subject=f"delivery:{number}").order_by("id"), asked.filter(delivery_id=number))
    held = delivery.objects.filter(reason="hand_off") | delivery.objects.filter(pk__in=asked.values("delivery_id"))
    for number in held.values_list("id", flat=True).order_by("id").iterator():
        wanted = event.objects.filter(subject=f"delivery:{number}", kind="held: hand_off").order_by("-id").first()
        if wanted is not None:
            delivery.objects.filter(pk=number).update(hands_wanted_at=wanted.at)
    for row in delivery.objects.filter(verb="publish", remote_state="edited").order_by("id").iterator():
        told = event.objects.filter(subject=f"delivery:{row.pk}", kind="changed").order_by("-id").first()
        ours = delivery.objects.filter(account_id=row.account_id, verb="edit", state="sent", target=row.remote_id)
        if told is not None and not ours.filter(sent_at__gt=told.at).exists():
            delivery.objects.filter(pk=row.pk).update(outside_text=told.detail.removeprefix(READS))


def _pasted(told, links):
    """The last link that each person pasted and nobody looked at, or why the last one was refused."""
    given, refused = {}, None
    for one in told.iterator():
        if one.kind == "link given":
            given.pop(one.actor, None)
            given[one.actor], refused = one, None
        elif one.kind == "link refused":
            refused = (next(reversed(given), None), one)
            given.pop(refused[0], None)
        elif one.kind == "to be looked for" or (one.kind == "held: hand_off" and not given):
            given, refused = {}, None
    for actor, one in given.items():
        newest = links.filter(person=actor.removeprefix("hand:")).order_by("-id").first()
        if newest is not None:
            remote_id, _, url = one.detail.partition(" ")
            links.filter(pk=newest.pk).update(pasted_id=remote_id, pasted_url=url, pasted_at=one.at)
    if refused is not None and refused[0] is not None:
        newest = links.filter(person=refused[0].removeprefix("hand:")).order_by("-id").first()
        if newest is not None:
            links.filter(pk=newest.pk).update(refused=refused[1].detail, pasted_at=refused[1].at)


class Migration(migrations.Migration):

    dependencies = [("store", "0018_secret_links")]
    operations = [
        migrations.AddField("SecretLinkRow", "pasted_id", models.CharField(max_length=300, default="", db_default="")),
        migrations.AddField("SecretLinkRow", "pasted_url", models.TextField(default="", db_default="")),
        migrations.AddField("SecretLinkRow", "pasted_at", models.DateTimeField(null=True)),
        migrations.AddField("SecretLinkRow", "refused", models.TextField(default="", db_default="")),
        migrations.AddField("DeliveryRow", "hands_wanted_at", models.DateTimeField(null=True)),
        migrations.AddField("DeliveryRow", "outside_text", models.TextField(null=True)),
        migrations.RunPython(carry_over, migrations.RunPython.noop),
    ]
