"""What of a person's words is no longer so, case by case."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given

from amplifier.campaign.post import Fact, Moment, Words
from amplifier.schedule.truth.free_words import (
    DAY,
    Wrong,
    left_of,
    not_left,
    sentence,
    stale,
    stands_in,
    stated_in,
    still_fit,
    written_out,
    wrongs,
)
from amplifier.schedule.truth.may_stand import ANYWHERE, MayStand, StandsThere, of_words
from tests.store.filled import wanted
from tests.text.typed import TEXTS

EVE, TUESDAY = date(2023, 10, 9), date(2023, 10, 10)
THEN = "2023-10-10T13:00:00+01:00"
DEBATE, VOTE = Fact("milestone.debate", THEN), Fact("milestone.vote", "2023-10-11T17:15:00+01:00")
LINK = Fact("link.sign", "https://a.example/sign")


def said(text: str, *, day: date = EVE, on: date | None = None, **now: str) -> str:
    """What is wrong with a text written for `day`, if it goes out `on` that or another day and this is so now."""
    known = (DEBATE, VOTE, LINK)
    today = {fact.name: fact.value for fact in known}
    today |= {f"{'link' if name == 'sign' else 'milestone'}.{name}": value for name, value in now.items()}
    return sentence(wrongs(text, stated_in(text, known, day), today, on or day))


HALF_PAST, NEXT_DAY = "2023-10-10T13:30:00+01:00", "2023-10-11T13:00:00+01:00"


@pytest.mark.parametrize(
    ("text", "debate", "sentence"),
    [
        ("Tomorrow at 13:00", HALF_PAST, "Your words say “13:00”, the plan says 13:30 (debate)."),
        ("At 13:00, that is 1pm", HALF_PAST, "Your words say “13:00” and “1pm”, the plan says 13:30 (debate)."),
        ("On Tuesday", HALF_PAST, ""),
        ("On Tuesday", NEXT_DAY, "Your words say “Tuesday”, the plan says Wed 11 Oct 13:00 (debate)."),
        ("Tuesday at 13:00", NEXT_DAY, "Your words say “Tuesday”, the plan says Wed 11 Oct 13:00 (debate)."),
        ("At 13:00 sharp", NEXT_DAY, "Your words say “13:00”, the plan says Wed 11 Oct 13:00 (debate)."),
        (
            "Tomorrow!",
            NEXT_DAY,
            "Your words say “Tomorrow”, the post goes out on Mon 9 Oct and the plan says Wed 11 Oct 13:00 (debate).",
        ),
        ("At 14:00 CEST", HALF_PAST, "Your words say “14:00 CEST”, the plan says 14:30 CEST (debate)."),
        ("At 13:00", "", "Your words say “13:00”, the plan has no debate any more."),
        ("13-14h BST", HALF_PAST, "Your words say “13”, the plan says 13:30 BST (debate)."),
        ("From 1 to 2pm GMT+1", HALF_PAST, "Your words say “1”, the plan says 13:30 GMT+1 (debate)."),
        ("At half past one", HALF_PAST, ""),
    ],
)
def test_a_milestone_that_moves_makes_words_untrue(text: str, debate: str, sentence: str) -> None:
    assert said(text, debate=debate) == sentence


WEEK_LATER, WEEK_BEFORE = "2023-10-17T13:00:00+01:00", "2023-10-03T13:00:00+01:00"


@pytest.mark.parametrize(
    "text",
    ["On Tuesday at 13:00", "Am Dienstag um 13 Uhr", "Mardi à 13h", "Nos Fawrth am 13:00", "يوم الثلاثاء الساعة 13:00"],
)
@pytest.mark.parametrize("debate", [WEEK_LATER, WEEK_BEFORE])
def test_a_weekday_is_the_nearest_and_no_longer_so_when_it_moves_by_whole_weeks(text: str, debate: str) -> None:
    moved = "Tue 17 Oct 13:00" if debate == WEEK_LATER else "Tue 3 Oct 13:00"
    assert f", the plan says {moved} (debate)." in said(text, debate=debate)
    assert said(text) == ""


def test_a_weekday_is_so_while_it_is_the_same_one_that_readers_think_of() -> None:
    assert said("On Tuesday we debate", on=date(2023, 10, 6)) == "", "the next Tuesday, seen from Friday"
    assert said("On Tuesday we debate", on=date(2023, 10, 2)) != "", "a week ahead it is another"
    assert said("On Tuesday we debate", on=date(2023, 10, 12)) != "", "it is over"
    assert said("On Tuesday we debated", day=date(2023, 10, 12), on=date(2023, 10, 13)) == ""
    assert said("On Tuesday", day=date(2023, 10, 2)) == "", "nothing has changed since somebody wrote it"
    assert said("On Tuesday 10 October", debate=WEEK_LATER) != "", "a date says which"
    assert said("On Tuesday", on=date(2023, 10, 16), debate=WEEK_LATER) == "", "the post moves along"


def test_what_moved_as_far_as_its_post_is_as_near_as_it_was() -> None:
    assert said("Tomorrow at 13:00", on=TUESDAY, debate=NEXT_DAY) == ""
    assert said("At 13:00", on=TUESDAY, debate=NEXT_DAY) == ""
    assert said("At 13:00", on=TUESDAY) == "Your words say “13:00”, the plan says Tue 10 Oct 13:00 (debate)."


def test_words_of_another_day_are_those_that_no_milestone_explains() -> None:
    assert said("Sign today", on=TUESDAY) == (
        "Your words say “today”, written for Mon 9 Oct; the post goes out on Tue 10 Oct."
    )
    assert said("It is Monday", on=TUESDAY) != ""
    assert said("On Tuesday we debate", on=TUESDAY) == ""
    assert said("Sign today", debate=HALF_PAST) == ""


def test_a_link_is_found_in_the_forms_in_which_people_write_it() -> None:
    for text in ("https://a.example/sign", "a.example/sign/", "HTTP://www.A.example/sign?via=us", "(a.example/sign)."):
        assert said(text, sign="https://b.example") == (
            "Your words say “https://a.example/sign”, settings.yaml says https://b.example."
        )
    for text in ("https://a.example/signature", "https://da.example/sign", "https://a.example/sign/up", "a.example"):
        assert said(text, sign="https://b.example") == ""
    assert said("a.example/sign", sign="") == (
        "Your words say “https://a.example/sign”, settings.yaml has no sign any more."
    )


@pytest.mark.parametrize(
    ("value", "text", "stands"),
    [
        ("#Lab23", "we say #lab23!", True),
        ("#Lab23", "we say #lab2345", False),
        ("@us.example", "ask @us.example.", True),
        ("@us.example", "ask @us.example.org", False),
        ("@us", "ask @us@server.example", False),
        ("We answer for it", "Words\n\nWe answer for it", True),
        ("", "anything", False),
    ],
)
def test_a_voice_stands_in_a_text_as_a_whole(value: str, text: str, *, stands: bool) -> None:
    assert stands_in(value, text) is stands


def test_with_what_is_stated_goes_the_day_where_words_name_a_moment() -> None:
    assert stated_in("See a.example/sign", [DEBATE, LINK], EVE) == (LINK,)
    assert stated_in("Tomorrow, see a.example/sign", [DEBATE, LINK], EVE) == (DEBATE, LINK, Fact(DAY, "2023-10-09"))
    assert stated_in("At 9:12", [DEBATE, LINK], EVE) == (Fact(DAY, "2023-10-09"),)


def test_facts_from_before_days_were_kept_are_compared_without_one() -> None:
    today = {"milestone.debate": HALF_PAST}
    assert [one.said for one in wrongs("Tomorrow at 13:00", [DEBATE], today, EVE)] == ["13:00"]


def test_of_many_things_the_first_few_are_said() -> None:
    many = [Wrong(f"{n}", "link.a", "", "", f"settings.yaml says {n}") for n in range(5)]
    assert sentence(many).endswith("settings.yaml says 2. And 2 more.")
    imprint = wrongs("Old us", [Fact("imprint", "Old us")], {"imprint": "New us"}, EVE)
    assert sentence(imprint) == "Your words say “Old us”, the imprint in settings.yaml is another now."


def decided_before(facts: dict[str, str]) -> MayStand:
    """As an earlier version kept it: one set of facts, and no words."""
    return MayStand((StandsThere(ANYWHERE, tuple(facts.items())),))


def test_what_may_stand_may_stand_on_its_day_and_with_what_was_so() -> None:
    found = wrongs("At 13:00", stated_in("At 13:00", [DEBATE], EVE), {"milestone.debate": HALF_PAST}, EVE)
    words = Words("x", "At 13:00", "en")

    def after(facts: dict[str, str], *, account: str = "x", text: str = "At 13:00") -> tuple[Wrong, ...]:
        return not_left(found, [of_words([(account, text, facts)])], words, EVE)

    assert after({"milestone.debate": HALF_PAST, DAY: "2023-10-09"}) == ()
    assert after({"milestone.debate": HALF_PAST}) == ()
    assert after({"milestone.debate": HALF_PAST, DAY: "2023-10-08"}) == found
    assert after({"milestone.debate": THEN}) == found
    assert after({"milestone.debate": HALF_PAST}, account="bluesky") == found
    assert after({"milestone.debate": HALF_PAST}, text="At 13:00!") == found
    assert not_left(found, [decided_before({"milestone.debate": HALF_PAST})], words, EVE) == (), "of an earlier version"
    post = wanted("soon", [Words("x", "a", "en")])
    assert left_of(post.id, {"soon/once": (MayStand(()),)}) == (MayStand(()),)


def test_a_voice_of_one_network_says_nothing_of_another() -> None:
    voice = Fact("voice.us.x", "@us")
    post = replace(
        wanted("soon", [Words("x", "by @us", "en"), Words("bluesky", "by @us", "en")]),
        moment=Moment(datetime.fromisoformat(THEN), "2023-10-09T18:00", "Europe/London", 0),
        own_facts={"x": (voice,), "bluesky": (voice,)},
    )
    found = stale([post], {"voice.us.x": "@we"}, {}, {"x": "x", "bluesky": "bluesky"})
    assert [(one.account, one.why) for one in found] == [("x", "Your words say “@us”, settings.yaml says @we.")]
    assert found[0].day == EVE


def test_what_a_template_puts_in_is_not_written_out() -> None:
    source = "Today{# at 9:00 #} at 13:00, {% if day < milestones.vote %}on Tuesday{% endif %}: {{ x | clock }}-14:00"
    assert written_out(source) == {"Today", "13:00", "Tuesday", "14:00"}


def test_words_that_are_out_fit_or_do_not() -> None:
    then, later = datetime.fromisoformat(THEN), datetime.fromisoformat(HALF_PAST)
    assert still_fit("On Tuesday", then, later, None)
    assert not still_fit("On Tuesday at 13:00", then, later, None)
    assert not still_fit("Soon", then, later, None)
    assert still_fit("Tomorrow", then, later, EVE)


EVERY_QUARTER = [datetime.fromisoformat(THEN) + timedelta(minutes=15 * quarter) for quarter in range(96)]


@given(TEXTS)
def test_no_text_whatever_keeps_it_from_being_compared(text: str) -> None:
    known = [Fact(f"milestone.{number}", at.isoformat()) for number, at in enumerate(EVERY_QUARTER)]
    later = {f"milestone.{number}": (at + timedelta(hours=25)).isoformat() for number, at in enumerate(EVERY_QUARTER)}
    stated = stated_in(text, [*known, LINK], EVE)
    for today, day in (({}, EVE), (later, EVE), (later, TUESDAY)):
        assert all(one.said in text for one in wrongs(text, stated, today, day) if one.fact != LINK.name)
