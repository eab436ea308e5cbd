"""When two posts say too much the same: what X refuses, what others are warned of, and what is nobody's business."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from amplifier import settings as settings_file
from amplifier.campaign.delivery import DeliveryId, Journey, State
from amplifier.campaign.post import PostId
from amplifier.compose.sameness import Said, Verdict, around, echoes, heard
from amplifier.settings import Settings

ONE = settings_file.load(Path(__file__).parents[2])
NORTH = ONE.account("x").model_copy(update={"name": "x-north", "handle": "labfreenorth"})
TWO = ONE.model_copy(update={"accounts": (*ONE.accounts, NORTH)})
NOON = datetime(2023, 10, 9, 12, tzinfo=UTC)
TEXT = "Delegates, please vote for the composite motion at 14:40."


def said(account: str, hours: float = 0, *, text: str = TEXT, post: str = "") -> Said:
    return Said(post or f"{account}-{hours}", account, text, NOON + timedelta(hours=hours))


def verdicts(*texts: Said, settings: Settings = ONE) -> list[tuple[str, str, Verdict]]:
    return [(echo.said.post, echo.before.post, echo.verdict) for echo in echoes(texts, settings)]


@pytest.mark.parametrize(
    ("account", "hours", "verdict"),
    [
        ("x", 1, Verdict.REFUSED),
        ("x", 7 * 24 - 1, Verdict.REFUSED),
        ("x", 7 * 24, None),
        ("bluesky", 1, Verdict.WARNED),
        ("mastodon", 24, Verdict.WARNED),
        ("mastodon", 24.1, None),
    ],
)
def test_a_near_copy_on_one_account(account: str, hours: float, verdict: Verdict | None) -> None:
    later = said(account, hours, text=TEXT.replace("14:40", "15:20").upper(), post="later")
    found = verdicts(later, said(account, post="first"))
    assert found == ([("later", "first", verdict)] if verdict else [])


def test_two_accounts_may_say_the_same_unless_both_are_on_x() -> None:
    assert verdicts(said("x"), said("bluesky"), said("mastodon")) == []
    assert verdicts(said("x"), said("bluesky"), settings=TWO) == []
    month = said("x-north", 24 * 30)
    assert verdicts(said("x"), month, settings=TWO) == [(month.post, "x-0", Verdict.REFUSED)]


def test_two_messages_are_nobodys_business() -> None:
    assert verdicts(said("x"), said("x", 1, text="Thank you, all of you, for a long day in Liverpool.")) == []


def test_tags_handles_and_the_imprint_of_our_own_make_no_copy() -> None:
    tail = f" #Lab23 @labfreemvmt\n\n{ONE.campaign.imprint.text}"
    assert verdicts(said("x", text=f"Good night.{tail}"), said("x", 1, text=f"The hall opens.{tail}")) == []
    assert verdicts(said("x", text=f"Good night.{tail}"), said("x", 1, text="Good night")) != []


def test_each_text_is_told_of_the_nearest_before_it_alone() -> None:
    assert [(later, before) for later, before, _ in verdicts(*(said("x", hour) for hour in (2, 0, 1)))] == [
        ("x-1", "x-0"),
        ("x-2", "x-1"),
    ]


def test_it_is_told_in_a_sentence_with_both_posts() -> None:
    (echo,) = echoes([said("bluesky", post="one"), said("bluesky", 2, text=TEXT + "!", post="two")], ONE)
    assert str(echo) == (
        "two and one say nearly the same on bluesky within 24 hours: “Delegates, please vote for the…”"
    )
    problem = echo.warning("templates/a.j2", 4)
    assert (problem.path, problem.line, problem.rule) == ("templates/a.j2", 4, "near_copy")
    (echo,) = echoes([said("x", post="one"), said("x", 2, post="two")], ONE)
    assert str(echo).startswith("two and one say the same on x within 7 days: “")
    assert echo.warning().rule == "repeat"
    (echo,) = echoes([said("x", post="one"), said("x-north", post="one")], TWO)
    assert str(echo).startswith("one says the same on x-north and x: “")


def journey(account: str, hours: float, text: str = TEXT) -> Journey:
    identity = DeliveryId(PostId("lab23", "vote", "once"), account)
    return Journey(
        1, identity, "x", text, State.SENT, "", "", NOON + timedelta(hours=hours),
        "", "", 0, "", "", NOON, None, None, None,
    )  # fmt: skip


def test_a_new_text_is_held_against_the_ledger_on_both_sides_of_its_time() -> None:
    for hours in (-23, 23):
        (echo,) = heard([said("mastodon", post="new")], [journey("mastodon", hours), journey("x", 0)], ONE)
        assert (echo.said.post, echo.before.post, echo.verdict) == ("new", "vote/once", Verdict.WARNED)
    assert heard([said("mastodon")], [journey("mastodon", 25), journey("bluesky", 0)], ONE) == ()
    assert [one.verdict for one in heard([said("x")], [journey("x", 100)], ONE)] == [Verdict.REFUSED]


def test_new_texts_are_held_against_one_another() -> None:
    assert heard([said("x"), said("mastodon")], [], TWO) == ()
    (echo,) = heard([said("x"), said("x-north")], [], TWO)
    assert (echo.said.account, echo.before.account) == ("x-north", "x")


def test_where_to_look_are_a_week_and_every_account_on_x() -> None:
    week = timedelta(days=7)
    assert around(["mastodon"], NOON, TWO) == (NOON - week, NOON + week, frozenset({"mastodon", "x", "x-north"}))
