"""What a person has to take note of stands with its delivery, however much is written down after it."""

from datetime import timedelta

from django.db import migrations, models


def carry_over(apps, schema_editor):
    """What stood in the newest part of the log: what may be out twice and nobody saw, what was missed and somebody saw.

    Missed posts were history after a day; those of before stay that.
    """
    event, delivery = apps.get_model("store", "EventRow"), apps.get_model("store", "DeliveryRow")
    for told in event.objects.filter(kind="perhaps twice").order_by("id").iterator():
        if not event.objects.filter(subject=told.subject, kind="seen", id__gt=told.pk).exists():
            number = told.subject.removeprefix("delivery:")
            url = told.detail.partition(" ")[2]
            delivery.objects.filter(id=int(number)).update(twice=url, twice_at=told.at)
    newest = event.objects.aggregate(newest=models.Max("at"))["newest"]
    if newest is None:
        return
    day_before = newest - timedelta(days=1)
    delivery.objects.filter(state="missed", post__due_at__lt=day_before).update(noted_at=newest)
    for pk in list(delivery.objects.filter(state="missed", noted_at__isnull=True).values_list("id", flat=True)):
        last = event.objects.filter(subject=f"delivery:{pk}").order_by("-id").first()
        if last is not None and last.kind == "seen":
            delivery.objects.filter(id=pk).update(noted_at=last.at)
    account = apps.get_model("store", "AccountRow")
    for row in account.objects.all():
        lost = event.objects.filter(subject=f"account:{row.label}", kind="account lost").order_by("-id").first()
        if lost is not None:
            account.objects.filter(pk=row.pk).update(lost_told_at=lost.at)


class Migration(migrations.Migration):

    dependencies = [("store", "0006_accounts_by_number")]

    operations = [
        migrations.AddField("DeliveryRow", "twice", models.TextField(null=True)),
        migrations.AddField("DeliveryRow", "twice_at", models.DateTimeField(null=True)),
        migrations.AddField("DeliveryRow", "noted_at", models.DateTimeField(null=True)),
        migrations.AddField("AccountRow", "lost_told_at", models.DateTimeField(null=True)),
        migrations.RunPython(carry_over, migrations.RunPython.noop),
        migrations.AddIndex(
            "DeliveryRow",
            models.Index(
                fields=["twice_at"], name="deliveries_twice", condition=models.Q(("twice__isnull", False))
            ),
        ),
        migrations.AddIndex(
            "DeliveryRow",
            models.Index(
                fields=["id"],
                name="deliveries_unnoted",
                condition=models.Q(("noted_at__isnull", True), ("state", "missed")),
            ),
        ),
    ]
