"""A post that is out on several accounts of a desk, and other words for it, in few words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from itertools import count

from amplifier.campaign.changes import Add, NewDelivery
from amplifier.campaign.delivery import DeliveryView, State, Verb
from amplifier.campaign.post import Fact, PostId, Words
from amplifier.operate.correct import NewWords, prepare_correction, queue_correction
from amplifier.settings import Settings
from amplifier.store import delivery_views, posts
from amplifier.store.operate.corrections import Hand
from tests.deliver.desk import Desk
from tests.schedule.homes import settings
from tests.store import filled

ALL = ("x", "bluesky", "mastodon")
_numbers = count(1)


def the_settings() -> Settings:
    return settings(live=False)


def hand(now: datetime = filled.NOW, reason: str = "it slipped") -> Hand:
    return Hand("cli:jo", reason, now, filled.FIRST_DAY)


def queue(texts: Mapping[str, str], *, now: datetime = filled.NOW, facts: tuple[Fact, ...] = ()) -> PostId:
    """One post that waits to go out now."""
    words = [Words(account, text, "en") for account, text in texts.items()]
    made = filled.wanted(f"said-{next(_numbers)}", words, due=now)
    made = type(made)(**{**vars(made), "facts": facts})
    posts.add_post(Add(made, None, tuple(NewDelivery(one, State.QUEUED) for one in words)), filled.ink(now))
    return made.id


def say(desk: Desk, text: str = "", *, on: tuple[str, ...] = ALL, facts: tuple[Fact, ...] = ()) -> PostId:
    """One post that is out on these accounts."""
    words = text or f"Number {next(_numbers)}: the ballot closes at 17:00."
    post = queue(dict.fromkeys(on, words), now=desk.time, facts=facts)
    desk.tick()
    assert {row.state for row in rows(post)} == {State.SENT}
    return post


def correct(post: PostId, text: str, *, now: datetime, on: tuple[str, ...] = ()) -> list[int]:
    """Queue other words for it."""
    words = {account: NewWords(text, "en") for account in ALL}
    return queue_correction(prepare_correction(post, words, the_settings(), now=now, on=on), the_settings(), hand(now))


def rows(post: PostId, account: str = "", verb: Verb | None = None) -> list[DeliveryView]:
    return [
        row
        for row in delivery_views.views(post=post)
        if (not account or row.identity.account == account) and (verb is None or row.identity.verb is verb)
    ]


def texts(desk: Desk, account: str) -> list[str]:
    """What is there on this account."""
    network = desk.networks[account]
    return [network.words(number) for number in network.posts]
