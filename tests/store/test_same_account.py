"""Two rows that turn out to be one account: which of two deliveries stays, and that nothing said is forgotten."""

from __future__ import annotations

import pytest
from django.db import transaction

from amplifier.campaign.delivery import State
from amplifier.campaign.errand import ErrandKind
from amplifier.store import errands, sealed
from amplifier.store.models import DeliveryRow
from amplifier.store.same_account import hand_over
from tests.store import filled
from tests.store.filled import NOW, add, row

pytestmark = pytest.mark.usefixtures("opened")


def pair(old: State, new: State) -> tuple[int, int, int]:
    """One post on the account and on the row that is the same account; the numbers of both deliveries and the row."""
    other = filled.also("x-two", "x", "new-handle")
    first, second = add("Vote"), add("Vote now", account="x-two")
    DeliveryRow.objects.filter(id=first).update(state=old)
    DeliveryRow.objects.filter(id=second).update(state=new, post_id=row(first).post_id)
    return first, second, other


def merge(other: int) -> bool:
    with transaction.atomic():
        return hand_over(filled.number("x"), other)


@pytest.mark.parametrize(
    ("old", "new", "stays"),
    [
        (State.SENT, State.QUEUED, "old"),
        (State.UNSURE, State.HELD, "old"),
        (State.QUEUED, State.QUEUED, "old"),
        (State.DROPPED, State.MISSED, "old"),
        (State.QUEUED, State.SENT, "new"),
        (State.HELD, State.UNSURE, "new"),
    ],
)
def test_what_has_begun_stays_and_else_the_older(old: State, new: State, stays: str) -> None:
    first, second, other = pair(old, new)
    assert merge(other)
    (kept,) = DeliveryRow.objects.all()
    assert kept.pk == (first if stays == "old" else second)
    assert kept.account_id == filled.number("x")


def test_where_both_have_begun_each_keeps_its_row() -> None:
    first, second, other = pair(State.SENT, State.UNSURE)
    assert not merge(other)
    assert (row(first).account_id, row(second).account_id) == (filled.number("x"), other)


def test_whoever_was_asked_to_post_it_is_asked_about_the_one_that_stays() -> None:
    first, second, other = pair(State.SENT, State.HELD)
    errands.make_errand(kind=ErrandKind.HAND_OFF, token="T" * 43, now=NOW, actor="service", delivery=second)
    assert merge(other)
    found = errands.find_errand(ErrandKind.HAND_OFF, "T" * 43)
    assert found
    assert found.delivery == first


def test_the_newer_session_is_the_one_that_logged_in_last() -> None:
    other = filled.also("x-two", "x", "new-handle")
    sealed.save_seal("x", "https://api", value=b"before", now=NOW)
    sealed.save_seal("x-two", "https://api", value=b"after", now=NOW)
    assert merge(other)
    assert sealed.load_seal("x", "https://api") == b"after"
