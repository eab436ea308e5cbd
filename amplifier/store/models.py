"""The tables. Nothing outside this folder sees a model: `store/<table>.py` speaks for each."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Func, Index, Q, Value
from django.db.models import UniqueConstraint as Unique

from amplifier.store.listening.heard import FollowupRow, MentionRow, QuarantineRow, SourceRow  # noqa: F401  Django looks here
from amplifier.store.person import Person  # noqa: F401


class Ledger(models.Model):
    """One row: which mode and campaign this database belongs to, and the rehearsal's stage."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    mode = models.CharField(max_length=20)
    campaign = models.CharField(max_length=100)
    opened_at = models.DateTimeField()
    stage = models.TextField(default="")

    class Meta:
        db_table = "ledger"


class PlanVersion(models.Model):
    """A valid version of schedules and templates, whole."""

    digest = models.CharField(max_length=64)
    sources = models.JSONField()
    stored_at = models.DateTimeField()

    class Meta:
        db_table = "plan_versions"


class DecisionRow(models.Model):
    """What a person changed against the files; append-only."""

    kind = models.CharField(max_length=30)
    subject = models.CharField(max_length=300)
    value = models.TextField()
    replaced = models.TextField(default="")
    actor = models.CharField(max_length=100)
    reason = models.TextField(default="")
    at = models.DateTimeField()
    facts = models.TextField(null=True)  # noqa: DJ001  a column with a default would copy the table, without its guard

    class Meta:
        db_table = "decisions"


class PostRow(models.Model):
    """One occurrence of a slot, or a person's own post."""

    campaign = models.CharField(max_length=100)
    slot = models.CharField(max_length=150)
    occurrence = models.CharField(max_length=60)
    due_at = models.DateTimeField()
    wall_time = models.CharField(max_length=25)
    zone = models.CharField(max_length=60)
    fold = models.PositiveSmallIntegerField(default=0)
    too_late_s = models.PositiveIntegerField()
    hand_off = models.BooleanField(default=False)
    template = models.CharField(max_length=150)
    wording = models.CharField(max_length=100)
    milestone = models.CharField(max_length=100, default="")
    facts = models.JSONField(default=list)
    plan_version = models.BigIntegerField(null=True)

    class Meta:
        db_table = "posts"
        constraints: ClassVar = [Unique(fields=["campaign", "slot", "occurrence"], name="one_post_an_occurrence")]


class AccountRow(models.Model):
    """One profile on one network, by a number of its own, and how it is. `label` is its name in settings.yaml.

    `origin` is the identity that it was first seen with: keys are made of it, whatever its handle becomes. `called` is
    the handle that its network has for it, where that is not the one in settings.yaml.
    """

    network = models.CharField(max_length=20)
    server = models.CharField(max_length=300, default="")
    handle = models.CharField(max_length=200)
    origin = models.CharField(max_length=600)
    remote_id = models.CharField(max_length=200, default="")
    called = models.CharField(max_length=200, default="")
    label = models.CharField(max_length=700, unique=True)
    group = models.CharField(max_length=100, default="")
    is_listed = models.BooleanField(default=True)
    pool = models.CharField(max_length=330, default="")
    url = models.TextField(default="")
    text_limit = models.PositiveIntegerField(default=0)
    counts = models.CharField(max_length=20, default="")
    health = models.CharField(max_length=10, default="unknown")
    detail = models.TextField(default="")
    next_allowed_at = models.DateTimeField(null=True)
    closed_until = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(null=True)
    lost_told_at = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)

    class Meta:
        db_table = "accounts"
        constraints: ClassVar = [
            Unique(
                fields=["network", "server", "handle"],
                name="one_account_an_identity",
                condition=Q(is_listed=True) & ~Q(handle=""),
            ),
        ]


class DeliveryRow(models.Model):
    """One part's journey to one account."""

    post = models.ForeignKey(PostRow, on_delete=models.PROTECT, related_name="deliveries")
    account = models.ForeignKey(AccountRow, on_delete=models.PROTECT, db_index=False)
    platform = models.CharField(max_length=20)
    part = models.PositiveSmallIntegerField(default=0)
    verb = models.CharField(max_length=10, default="publish")
    revision = models.PositiveIntegerField(default=0)
    waits_for = models.BigIntegerField(null=True)
    target = models.CharField(max_length=300, default="")
    text = models.TextField()
    language = models.CharField(max_length=20)
    imprint = models.TextField(default="")
    key = models.CharField(max_length=100)
    request = models.BinaryField(null=True)
    state = models.CharField(max_length=10)
    reason = models.CharField(max_length=20, default="")
    detail = models.TextField(default="")
    run_at = models.DateTimeField()
    too_late_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    looks = models.PositiveIntegerField(default=0)
    fence = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    first_sent_at = models.DateTimeField(null=True)
    unseen_since = models.DateTimeField(null=True)  # the time of the backup since when it may have gone out unseen
    unseen_text = models.TextField(default="", db_default="")  # and the words that it had then
    sent_at = models.DateTimeField(null=True)
    remote_id = models.CharField(max_length=300, null=True)  # noqa: DJ001  NULL is "no receipt"; it keeps out of UNIQUE
    url = models.TextField(default="")
    answered_id = models.CharField(max_length=300, default="")  # of a post that an unclear answer named
    answered_url = models.TextField(default="")
    by_hand = models.BooleanField(default=False)
    remote_state = models.CharField(max_length=10, default="")
    checked_at = models.DateTimeField(null=True)
    twice = models.TextField(null=True)  # noqa: DJ001  NULL keeps it out of its index; else the address of a second post
    twice_at = models.DateTimeField(null=True)
    noted_at = models.DateTimeField(null=True)
    hands_wanted_at = models.DateTimeField(null=True)  # since when hands are wanted for it: a new round of asking
    outside_text = models.TextField(null=True)  # noqa: DJ001  NULL: nobody else changed it; else how it reads there now
    went_out = models.JSONField(null=True)  # its hour, where its post has another one by now: store/own_hour

    class Meta:
        db_table = "deliveries"
        constraints: ClassVar = [
            Unique(fields=["post", "account", "part", "verb", "revision"], name="one_delivery_a_part"),
            Unique(fields=["account", "remote_id"], name="one_delivery_a_remote_post"),
        ]
        indexes: ClassVar = [  # each for one question of a tick, whose cost must not grow: bench/scale.py measures it
            Index(fields=["account", "run_at", "id"], name="deliveries_next", condition=Q(state="queued")),
            Index(fields=["run_at"], name="deliveries_due", condition=Q(state="queued")),
            Index(fields=["too_late_at"], name="deliveries_too_late", condition=Q(state="queued")),
            Index(fields=["run_at"], name="deliveries_unsure", condition=Q(state="unsure")),
            Index(fields=["too_late_at"], name="deliveries_held", condition=Q(state="held")),
            Index(fields=["lease_until"], name="deliveries_leased", condition=Q(lease_until__isnull=False)),
            Index(fields=["account", "sent_at"], name="deliveries_sent", condition=Q(sent_at__isnull=False)),
            Index(fields=["state", "run_at"], name="deliveries_by_state"),
            Index(fields=["twice_at"], name="deliveries_twice", condition=Q(twice__isnull=False)),
            Index(fields=["id"], name="deliveries_unnoted", condition=Q(state="missed", noted_at__isnull=True)),
            # The beginning alone: a whole text may be longer than PostgreSQL takes into an index.
            Index(F("account_id"), Func(F("text"), Value(1), Value(120), function="SUBSTR"), name="deliveries_words"),
        ]


class EventRow(models.Model):
    """What happened; append-only by trigger."""

    at = models.DateTimeField()
    actor = models.CharField(max_length=100)
    subject = models.CharField(max_length=100)
    kind = models.CharField(max_length=40)
    before = models.CharField(max_length=20, default="")
    after = models.CharField(max_length=20, default="")
    fence = models.PositiveIntegerField(default=0)
    detail = models.TextField(default="")

    class Meta:
        db_table = "events"
        indexes: ClassVar = [Index(fields=["subject", "id"], name="events_of_a_subject")]


class StopRow(models.Model):
    """Sending is stopped, in one scope (`all`, `account:NAME`, `tag:TAG`), until it is lifted."""

    scope = models.CharField(max_length=200)
    reason = models.TextField()
    actor = models.CharField(max_length=100)
    at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.CharField(max_length=100, default="")
    by_person = models.BooleanField(default=False, db_default=False)  # whether a person gave the reason

    class Meta:
        db_table = "stops"


class SecretLinkRow(models.Model):
    """A secret address that can do one thing: post one delivery by hand, or stop everything. Its digest is kept."""

    kind = models.CharField(max_length=20)
    digest = models.CharField(max_length=64, unique=True)
    delivery = models.ForeignKey(DeliveryRow, on_delete=models.PROTECT, null=True)
    person = models.CharField(max_length=100, default="")
    made_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    pasted_id = models.CharField(max_length=300, default="", db_default="")  # of a post that nobody has looked at yet
    pasted_url = models.TextField(default="", db_default="")
    pasted_at = models.DateTimeField(null=True)
    refused = models.TextField(default="", db_default="")  # why the last link does not count

    class Meta:
        db_table = "errands"
        indexes = (
            models.Index(
                fields=["id"],
                name="errands_stop_links",
                condition=models.Q(kind="stop", revoked_at__isnull=True),
            ),
        )


class NoticeRow(models.Model):
    """Something a person is told, once; `key` is what makes it one of a kind, `told_at` when it was."""

    key = models.CharField(max_length=200)
    recipient = models.CharField(max_length=100)
    topic = models.CharField(max_length=20)
    sentence = models.TextField()
    link = models.TextField(default="")
    made_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)
    tries = models.PositiveIntegerField(default=0)
    problem = models.TextField(default="")

    class Meta:
        db_table = "notices"
        constraints: ClassVar = [Unique(fields=["key", "recipient"], name="one_notice_a_recipient")]
        indexes: ClassVar = [Index(fields=["made_at"], name="notices_to_tell", condition=Q(told_at__isnull=True))]


class SpendRow(models.Model):
    """Money reserved before a call to a paid network, in millionths of a US dollar; corrected once it is known."""

    month = models.CharField(max_length=7)
    account = models.ForeignKey(AccountRow, on_delete=models.PROTECT, db_index=False)
    kind = models.CharField(max_length=20)
    delivery = models.BigIntegerField(null=True)
    micros = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        db_table = "spends"
        indexes: ClassVar = [Index(fields=["month", "kind"], name="spends_of_a_month")]


class SealedRow(models.Model):
    """A log-in session, encrypted, for one account at one address."""

    account = models.ForeignKey(AccountRow, on_delete=models.PROTECT, db_index=False)
    address = models.CharField(max_length=300)
    value = models.BinaryField()
    saved_at = models.DateTimeField()

    class Meta:
        db_table = "sealed"
        constraints: ClassVar = [Unique(fields=["account", "address"], name="one_seal_an_account")]


class KitRow(models.Model):
    """The published share kit of a campaign: finished bytes."""

    campaign = models.CharField(max_length=100, primary_key=True)
    digest = models.CharField(max_length=64)
    html = models.BinaryField()
    made_at = models.DateTimeField()

    class Meta:
        db_table = "kits"


class HeartbeatRow(models.Model):
    """Who was alive when, and one sentence or JSON about it."""

    name = models.CharField(max_length=100, primary_key=True)
    at = models.DateTimeField()
    detail = models.TextField(default="")

    class Meta:
        db_table = "heartbeats"
