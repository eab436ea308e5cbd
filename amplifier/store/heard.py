"""The tables of listening: where each source stands, and what could not be understood."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Index
from django.db.models import UniqueConstraint as Unique


class SourceRow(models.Model):
    """Where listening stands: one row an account and thing listened to."""

    name = models.CharField(max_length=200, primary_key=True)
    cursor = models.TextField(default="")
    good_at = models.DateTimeField(null=True)
    problem = models.TextField(default="")

    class Meta:
        db_table = "sources"


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
