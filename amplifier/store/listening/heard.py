"""The tables of listening: where each source stands, what was heard, and what could not be understood."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Index, Q
from django.db.models import UniqueConstraint as Unique


class SourceRow(models.Model):
    """Where listening stands: one row an account and thing listened to."""

    name = models.CharField(max_length=200, primary_key=True)
    cursor = models.TextField(default="")
    good_at = models.DateTimeField(null=True)
    problem = models.TextField(default="")

    class Meta:
        db_table = "sources"


class MentionRow(models.Model):
    """What somebody said to us; its id is made from the time it was posted, so that newest first is by id."""

    id = models.BigIntegerField(primary_key=True)
    network = models.CharField(max_length=20)
    canonical_id = models.CharField(max_length=300)
    kind = models.CharField(max_length=10)
    account = models.ForeignKey("store.AccountRow", on_delete=models.PROTECT, db_index=False)
    author_id = models.CharField(max_length=300)
    author_handle = models.CharField(max_length=300)
    author_name = models.CharField(max_length=300)
    text = models.TextField()
    url = models.TextField()
    posted_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    about = models.BigIntegerField(null=True)
    status = models.CharField(max_length=10, default="new")
    visibility = models.CharField(max_length=10, default="unknown")
    fingerprint = models.CharField(max_length=16, default="")
    edited_at = models.DateTimeField(null=True)
    edited_since = models.BooleanField(default=False)

    class Meta:
        db_table = "mentions"
        constraints: ClassVar = [Unique(fields=["network", "canonical_id"], name="one_mention_a_post")]
        indexes: ClassVar = [
            Index(fields=["status", "-id"], name="mentions_by_status"),
            Index(fields=["status", "visibility"], name="mentions_by_visibility"),
            Index(fields=["-id"], name="mentions_edited_since", condition=Q(edited_since=True)),
        ]


class FollowupRow(models.Model):
    """One step of dealing with a mention; append-only by trigger."""

    mention = models.ForeignKey(MentionRow, on_delete=models.CASCADE, related_name="followups")
    at = models.DateTimeField()
    actor = models.CharField(max_length=100)
    status = models.CharField(max_length=10)
    note = models.CharField(max_length=200, default="")

    class Meta:
        db_table = "followups"


class QuarantineRow(models.Model):
    """One event that was not understood; `digest` (of its bytes) makes it one of a kind, `reader` tried it last."""

    source = models.CharField(max_length=200)
    place = models.CharField(max_length=100, default="")
    digest = models.CharField(max_length=64)
    raw = models.BinaryField()
    reason = models.TextField()
    reader = models.CharField(max_length=64, default="")
    at = models.DateTimeField()

    class Meta:
        db_table = "quarantine"
        constraints: ClassVar = [Unique(fields=["source", "digest"], name="one_event_set_aside")]
        indexes: ClassVar = [Index(fields=["at"], name="quarantine_by_age")]
