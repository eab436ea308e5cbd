"""Deliveries as the plan has them; the transaction around them is tried in test_posts.py."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from amplifier.campaign.changes import NewDelivery
from amplifier.campaign.delivery import DeliveryId, State, idempotency_key, record_key
from amplifier.campaign.post import PostId, Words
from amplifier.store import planned
from amplifier.store.models import DeliveryRow, PostRow
from tests.store.filled import FIRST_DAY, NOW, add, after, row

pytestmark = pytest.mark.usefixtures("opened")


def add_to(post: PostRow, identity: PostId, *accounts: str) -> list[int]:
    with transaction.atomic():
        return planned.add(
            post.pk,
            identity,
            [NewDelivery(Words(account, "Vote", "en"), State.QUEUED) for account in accounts],
            run_at=NOW,
            too_late_at=after(900),
            first_day=FIRST_DAY,
            actor="cli:ola",
            now=NOW,
        )


def test_each_network_gets_the_key_it_understands_from_the_same_identity() -> None:
    number = add(account="x")
    post = PostRow.objects.get()
    identity = PostId(post.campaign, post.slot, post.occurrence)
    bluesky, mastodon = add_to(post, identity, "bluesky", "mastodon")
    assert row(number).key == idempotency_key(DeliveryId(identity, "x"), "x x-handle")
    assert row(bluesky).key == record_key(DeliveryId(identity, "bluesky"), "bluesky bluesky-handle", FIRST_DAY)
    assert row(mastodon).key == idempotency_key(DeliveryId(identity, "mastodon"), "mastodon mastodon-handle")


def test_an_account_has_one_delivery_of_a_post() -> None:
    add(account="x")
    post = PostRow.objects.get()
    with pytest.raises(IntegrityError):
        add_to(post, PostId(post.campaign, post.slot, post.occurrence), "x")
    assert DeliveryRow.objects.count() == 1


def test_what_exists_is_grouped_by_post_in_the_order_of_birth() -> None:
    first, second = add(account="x"), add(account="x")
    with transaction.atomic():
        found = planned.existing_by_post("lab23", lock=True)
    assert [[one.id for one in deliveries] for _, deliveries in sorted(found.items())] == [[first], [second]]
