"""When two posts say too much the same: what X refuses, what others are warned of, and what is nobody's business."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from amplifier import settings as settings_file
from amplifier.campaign.delivery import Spoken
from amplifier.campaign.post import PostId
from amplifier.compose.sameness import (
    BEGINNING,
    END,
    REFUSED_WITHIN,
    WARNED_WITHIN,
    EchoSearch,
    PlannedText,
    Verdict,
    already,
    around,
    beside,
    echoes,
    heard,
)
from amplifier.settings import Settings

ONE = settings_file.load(Path(__file__).parents[2])
NORTH = ONE.account("x").model_copy(update={"name": "x-north", "handle": "labfreenorth"})
TWO = ONE.model_copy(update={"accounts": (*ONE.accounts, NORTH)})
NOON = datetime(2023, 10, 9, 12, tzinfo=UTC)
TEXT = "Delegates, please vote for the composite motion at 14:40."


def said(account: str, hours: float = 0, *, text: str = TEXT, post: str = "") -> PlannedText:
    return PlannedText(post or f"{account}-{hours}", account, text, NOON + timedelta(hours=hours))


def verdicts(*texts: PlannedText, settings: Settings = ONE) -> list[tuple[str, str, Verdict]]:
    return [(echo.said.post, echo.before.post, echo.verdict) for echo in echoes(texts, settings)]


@pytest.mark.parametrize(
    ("account", "hours", "verdict"),
    [
        ("x", 1, Verdict.REFUSED),
        ("x", 7 * 24 - 2, Verdict.REFUSED),
        ("x", 7 * 24 - 1, None),  # the same hour of the week, where clocks went forward between
        ("x", 7 * 24, None),
        ("bluesky", 1, Verdict.WARNED),
        ("mastodon", 22, Verdict.WARNED),
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


SOUTH = ONE.account("mastodon").model_copy(update={"name": "south", "handle": "labfreesouth"})
THREE = TWO.model_copy(update={"accounts": (*TWO.accounts, SOUTH)})


def at_once(*texts: PlannedText) -> list[tuple[str, str]]:
    return [(echo.said.post, echo.before.post) for echo in beside(texts, THREE)]


@pytest.mark.parametrize(("hours", "is_copy"), [(0, True), (0.5, True), (0.6, False)])
def test_two_accounts_of_a_network_that_say_the_same_within_half_an_hour_echo(hours: float, is_copy: bool) -> None:  # noqa: FBT001
    found = at_once(said("mastodon", post="first"), said("south", hours, post="later"))
    assert found == ([("later", "first")] if is_copy else [])


def test_another_network_or_the_same_account_is_no_other_account_of_a_network() -> None:
    assert at_once(said("bluesky"), said("mastodon")) == []
    assert at_once(said("mastodon", post="first"), said("mastodon", 0.1, post="later")) == []
    assert at_once(said("mastodon"), said("south", text="Thank you, all of you, for a long day in Liverpool.")) == []


def test_where_copies_are_refused_one_rule_tells_of_them() -> None:
    assert at_once(said("x"), said("x-north")) == []
    assert verdicts(said("x"), said("x-north"), settings=THREE) == [("x-north-0", "x-0", Verdict.REFUSED)]
    assert verdicts(said("mastodon"), said("south"), settings=THREE) == []


def test_the_nearest_of_the_others_is_told() -> None:
    found = at_once(said("mastodon", post="a"), said("mastodon", 0.3, post="b"), said("south", 0.4, post="c"))
    assert found == [("c", "b")]


def test_two_messages_are_nobodys_business() -> None:
    assert verdicts(said("x"), said("x", 1, text="Thank you, all of you, for a long day in Liverpool.")) == []


@pytest.mark.parametrize(("hours", "is_told"), [(22, True), (23, False), (24, False), (25, False)])
def test_the_same_hour_of_the_next_day_is_no_echo_also_where_clocks_change(hours: int, *, is_told: bool) -> None:
    assert bool(verdicts(said("bluesky"), said("bluesky", hours))) is is_told


def test_tags_handles_and_the_imprint_of_our_own_make_no_copy() -> None:
    tail = f" #Lab23 @labfreemvmt\n\n{ONE.campaign.imprint.text}"
    assert verdicts(said("x", text=f"Good night.{tail}"), said("x", 1, text=f"The hall opens.{tail}")) == []
    assert verdicts(said("x", text=f"Good night.{tail}"), said("x", 1, text="Good night")) != []


def test_each_text_is_told_of_the_nearest_before_it_alone() -> None:
    found = verdicts(*(said("bluesky", hour) for hour in (2, 0, 1)))
    assert [(later, before) for later, before, _ in found] == [
        ("bluesky-1", "bluesky-0"),
        ("bluesky-2", "bluesky-1"),
    ]


def test_what_is_refused_is_not_said_so_nothing_echoes_it() -> None:
    found = verdicts(*(said("x", hours) for hours in (0, 6 * 24, 8 * 24)))
    assert [(later, before) for later, before, _ in found] == [(f"x-{6 * 24}", "x-0")]


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


def spoken(account: str, hours: float, text: str = TEXT, post: str = "vote") -> Spoken:
    return Spoken(1, PostId("lab23", post, "once"), 0, account, text, NOON + timedelta(hours=hours))


def test_a_new_text_is_held_against_the_ledger_on_both_sides_of_its_time() -> None:
    for hours in (-22, 22):
        (echo,) = heard([said("mastodon", post="new")], [spoken("mastodon", hours), spoken("x", 0)], ONE)
        assert (echo.said.post, echo.before.post, echo.verdict) == ("new", "vote/once", Verdict.WARNED)
    assert heard([said("mastodon")], [spoken("mastodon", 25), spoken("bluesky", 0)], ONE) == ()
    assert [one.verdict for one in heard([said("x")], [spoken("x", 100)], ONE)] == [Verdict.REFUSED]


def test_between_two_accounts_on_x_time_makes_no_difference() -> None:
    for hours in (-24 * 300, 24 * 300):
        (echo,) = heard([said("x", post="new")], [spoken("x-north", hours)], TWO)
        assert (echo.before.account, echo.verdict) == ("x-north", Verdict.REFUSED)


def test_new_texts_are_held_against_one_another() -> None:
    assert heard([said("x"), said("mastodon")], [], TWO) == ()
    (echo,) = heard([said("x"), said("x-north")], [], TWO)
    assert (echo.said.account, echo.before.account) == ("x-north", "x")


def test_a_post_does_not_echo_itself_on_its_own_account_but_does_on_another() -> None:
    assert heard([said("x", post="vote/once")], [spoken("x", 0)], TWO) == ()
    (echo,) = heard([said("x", post="vote/once")], [spoken("x-north", 0)], TWO)
    assert (echo.said.account, echo.before.account) == ("x", "x-north")


def test_where_to_look_is_a_day_or_a_week_and_ever_where_two_accounts_are_on_x() -> None:
    day, week = WARNED_WITHIN, REFUSED_WITHIN
    assert around(["mastodon"], NOON, TWO) == (EchoSearch(frozenset({"mastodon"}), NOON - day, NOON + day),)
    assert around(["x"], NOON, ONE) == (EchoSearch(frozenset({"x"}), NOON - week, NOON + week),)
    assert around(["x"], NOON, TWO) == (EchoSearch(frozenset({"x", "x-north"}), BEGINNING, END),)
    assert [sorted(one.accounts) for one in around(["x", "bluesky"], NOON, ONE)] == [["x"], ["bluesky"]]


@pytest.mark.parametrize(
    ("account", "hours", "refused"),
    [
        ("x", -1, "X takes no text twice within 7 days"),
        ("x", -7 * 24, ""),
        ("x-north", -1, "X takes no copies between accounts"),
        ("x-north", -24 * 300, "X takes no copies between accounts"),
    ],
)
def test_the_very_words_that_are_out_are_kept_back_at_the_last_moment(account: str, hours: float, refused: str) -> None:
    why = already("x", NOON, [spoken(account, hours)])
    assert why == (
        f"{account} has exactly these words already, in vote/once. {refused}. Say it in other words, or leave it out."
        if refused
        else ""
    )
    assert already("x", NOON, []) == ""
