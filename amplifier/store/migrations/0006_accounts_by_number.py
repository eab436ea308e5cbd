"""An account has a number of its own, whatever it is called: all other tables refer to it.

Which account it is (server, handle in its normal form) is taken from what the ledger knows. Keys that stand in a
ledger stay as they are.
"""

import json

import django.db.models.deletion
from django.db import migrations, models

from amplifier.campaign.account import identity

REFERRING = ("DeliveryRow", "MentionRow", "SealedRow", "SpendRow")


def number(apps, schema_editor):
    """A row for each account that the ledger names, and its number beside its name wherever that stands."""
    account, before = apps.get_model("store", "AccountRow"), apps.get_model("store", "OldAccount")
    delivery = apps.get_model("store", "DeliveryRow")
    seen = set()
    newest_first = models.F("checked_at").desc(nulls_last=True)
    for old in before.objects.order_by(newest_first, "name"):
        who = identity(old.platform, old.handle, old.network.partition(" ")[2])
        free = who not in seen  # two names of one account: the one asked last is it, the other keeps what it sent
        seen.add(who)
        account.objects.create(
            network=who.network,
            server=who.server,
            handle=who.handle if free else "",
            origin=who.name,
            remote_id=old.remote_id,
            label=old.name,
            pool=old.network,
            url=old.url,
            text_limit=old.text_limit,
            health=old.health,
            detail=old.detail,
            next_allowed_at=old.next_allowed_at,
            closed_until=old.closed_until,
            checked_at=old.checked_at,
            failures=old.failures,
        )
    known = set(account.objects.values_list("label", flat=True))
    networks = dict(delivery.objects.order_by("id").values_list("account", "platform").distinct())
    networks |= dict(apps.get_model("store", "MentionRow").objects.values_list("account", "network").distinct())
    for name in ("SpendRow", "SealedRow"):
        for label in apps.get_model("store", name).objects.values_list("account", flat=True).distinct():
            networks.setdefault(label, "")
    for label, network in sorted(networks.items()):
        if label not in known:  # its identity is filled in when settings.yaml lists it again
            account.objects.create(network=network, handle="", origin=f"{network} {label}", label=label)
    numbers = dict(account.objects.values_list("label", "id"))
    for name in REFERRING:
        model = apps.get_model("store", name)
        for label, pk in numbers.items():
            model.objects.filter(account=label).update(account_id=pk)
    _number_scopes(apps, numbers)
    _number_facts(apps, numbers)
    _number_words(apps, schema_editor, numbers)


def _number_scopes(apps, numbers):
    for stop in apps.get_model("store", "StopRow").objects.filter(scope__startswith="account:"):
        label = stop.scope.removeprefix("account:")
        if label in numbers:
            stop.scope = f"account:#{numbers[label]}"
            stop.save(update_fields=["scope"])


def _number_facts(apps, numbers):
    for post in apps.get_model("store", "PostRow").objects.all().iterator():
        facts = [[*entry[:2], numbers.get(entry[2], entry[2]), *entry[3:]] if len(entry) > 2 else entry for entry in post.facts]
        if facts != post.facts:
            post.facts = facts
            post.save(update_fields=["facts"])


def _number_words(apps, schema_editor, numbers):
    """Decisions are append-only; what is rewritten is how they name an account, never what was decided."""
    model = apps.get_model("store", "DecisionRow")
    rows = list(model.objects.filter(kind="words_replaced"))
    if not rows:
        return
    sqlite = schema_editor.connection.vendor == "sqlite"
    if sqlite:
        schema_editor.execute("DROP TRIGGER decisions_no_update")
    else:
        schema_editor.execute("ALTER TABLE decisions DISABLE TRIGGER USER")
    for row in rows:
        changed = {}
        for field in ("value", "replaced"):
            words = json.loads(getattr(row, field) or "{}")
            changed[field] = json.dumps({f"#{numbers[key]}" if key in numbers else key: said for key, said in words.items()})
        model.objects.filter(pk=row.pk).update(**changed)
    if sqlite:
        schema_editor.execute(
            "CREATE TRIGGER decisions_no_update BEFORE UPDATE ON decisions "
            "BEGIN SELECT RAISE(ABORT, 'this table is append-only'); END"
        )
    else:
        schema_editor.execute("ALTER TABLE decisions ENABLE TRIGGER USER")


def _fields():
    """The table as it is from now on."""
    return [
        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
        ("network", models.CharField(max_length=20)),
        ("server", models.CharField(default="", max_length=300)),
        ("handle", models.CharField(max_length=200)),
        ("origin", models.CharField(max_length=600)),
        ("remote_id", models.CharField(default="", max_length=200)),
        ("label", models.CharField(max_length=700, unique=True)),
        ("group", models.CharField(default="", max_length=100)),
        ("is_listed", models.BooleanField(default=True)),
        ("pool", models.CharField(default="", max_length=330)),
        ("url", models.TextField(default="")),
        ("text_limit", models.PositiveIntegerField(default=0)),
        ("health", models.CharField(default="unknown", max_length=10)),
        ("detail", models.TextField(default="")),
        ("next_allowed_at", models.DateTimeField(null=True)),
        ("closed_until", models.DateTimeField(null=True)),
        ("checked_at", models.DateTimeField(null=True)),
        ("failures", models.PositiveIntegerField(default=0)),
    ]


def _refer(model):
    """The name gives way to the number, which becomes a reference."""
    reference = models.ForeignKey(
        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="store.accountrow"
    )
    return [
        migrations.RemoveField(model, "account"),
        migrations.RenameField(model, "account_id", "account"),
        migrations.AlterField(model, "account", reference),
    ]


class Migration(migrations.Migration):

    dependencies = [("store", "0005_a_copy_is_found_at_once")]

    operations = [
        migrations.RenameModel("AccountRow", "OldAccount"),
        migrations.AlterModelTable("OldAccount", "accounts_by_name"),
        migrations.CreateModel("AccountRow", _fields(), options={"db_table": "accounts"}),
        migrations.AddConstraint(
            "AccountRow",
            models.UniqueConstraint(
                fields=("network", "server", "handle"), name="one_account_an_identity", condition=~models.Q(handle="")
            ),
        ),
        migrations.RemoveConstraint("DeliveryRow", "one_delivery_a_part"),
        migrations.RemoveConstraint("DeliveryRow", "one_delivery_a_remote_post"),
        migrations.RemoveIndex("DeliveryRow", "deliveries_next"),
        migrations.RemoveIndex("DeliveryRow", "deliveries_sent"),
        migrations.RemoveIndex("DeliveryRow", "deliveries_words"),
        migrations.RemoveConstraint("SealedRow", "one_seal_an_account"),
        *[migrations.AddField(model, "account_id", models.BigIntegerField(null=True)) for model in REFERRING],
        migrations.RunPython(number, migrations.RunPython.noop),
        *[operation for model in REFERRING for operation in _refer(model)],
        migrations.AddConstraint(
            "DeliveryRow",
            models.UniqueConstraint(
                fields=("post", "account", "part", "verb", "revision"), name="one_delivery_a_part"
            ),
        ),
        migrations.AddConstraint(
            "DeliveryRow",
            models.UniqueConstraint(fields=("account", "remote_id"), name="one_delivery_a_remote_post"),
        ),
        migrations.AddConstraint(
            "SealedRow", models.UniqueConstraint(fields=("account", "address"), name="one_seal_an_account")
        ),
        migrations.AddIndex(
            "DeliveryRow",
            models.Index(
                condition=models.Q(("state", "queued")), fields=["account", "run_at", "id"], name="deliveries_next"
            ),
        ),
        migrations.AddIndex(
            "DeliveryRow",
            models.Index(
                condition=models.Q(("sent_at__isnull", False)), fields=["account", "sent_at"], name="deliveries_sent"
            ),
        ),
        migrations.AddIndex(
            "DeliveryRow",
            models.Index(
                models.F("account_id"),
                models.Func(models.F("text"), models.Value(1), models.Value(120), function="SUBSTR"),
                name="deliveries_words",
            ),
        ),
        migrations.DeleteModel("OldAccount"),
    ]
