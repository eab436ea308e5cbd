"""What the kit says at which moment."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

import pytest

from amplifier.campaign.plan import Decision, DecisionKind, Plan
from amplifier.campaign.template import Template
from amplifier.settings import Settings
from amplifier.sharekit.kit import MOST_OF_A_PAGE, MOST_OF_AN_ASK, KitPage, build, said
from amplifier.sharekit.ours import Past

Templates = dict[str, Template]
SKIP = Decision(1, DecisionKind.SLOT_SKIPPED, "", "", "", "somebody", "", datetime(2023, 10, 8, tzinfo=UTC))


class Kits:
    """Builds the kit of the small campaign at a local time."""

    def __init__(self, campaign: Any, plan: Plan, templates: Templates, settings: Settings) -> None:
        self.campaign, self.plan, self.templates, self.settings = campaign, plan, templates, settings

    def at(self, text: str, past: Past | None = None) -> KitPage:
        now = self.campaign.local(text)
        return build(self.plan, self.templates, settings=self.settings, now=now, past=past)


@pytest.fixture
def kits(campaign: Any, plan: Plan, templates: Templates, settings: Settings) -> Kits:
    return Kits(campaign, plan, templates, settings)


def names(page: KitPage) -> list[str]:
    return [ask.name for ask in page.asks]


def wordings(page: KitPage, ask: str) -> list[str]:
    return [wording.name for one in page.asks if one.name == ask for wording in one.wordings]


def test_an_ask_shows_until_its_milestone_has_passed(kits: Kits) -> None:
    assert names(kits.at("2023-10-08T16:59")) == ["ballot", "spread"]
    assert names(kits.at("2023-10-08T17:00")) == ["spread"]


def test_an_ask_without_a_milestone_shows_until_the_campaigns_last_day_is_over(kits: Kits) -> None:
    assert names(kits.at("2023-10-11T23:59")) == ["spread"]
    assert names(kits.at("2023-10-12T00:00")) == []


def test_a_milestone_that_slips_keeps_its_ask_open(kits: Kits, campaign: Any) -> None:
    slipped = campaign.milestones(registration="2023-10-08T09:00", ballot_closes="2023-10-08T17:40")
    kits.plan = replace(kits.plan, milestones=slipped)
    (ballot, _) = kits.at("2023-10-08T17:20").asks
    assert ballot.until_said == "Sunday 8 October, 17:40 Liverpool"
    assert "17:40" in ballot.wordings[-1].forms[0].text


def test_what_the_plan_has_not_said_yet_is_announced_and_not_handed_out(kits: Kits) -> None:
    page = kits.at("2023-10-08T08:59")
    assert names(page) == ["spread"]
    (coming,) = page.coming
    assert (coming.title, coming.audience, coming.opens_said) == (
        "Ballot",
        "delegates",
        "Sunday 8 October, 09:00 Liverpool",
    )
    assert kits.at("2023-10-08T09:00").coming == ()


def test_what_opens_with_a_day_is_announced_by_its_day(kits: Kits, campaign: Any) -> None:
    kits.plan = campaign.plan(
        campaign.slot("s", "lab23/spread", campaign.every(from_=campaign.wall("2023-09-26T00:00")))
    )
    assert [one.opens_said for one in kits.at("2023-09-24T12:00").coming] == ["Tuesday 26 September"]


def test_each_wording_waits_for_its_own_slot_and_the_newest_comes_first(kits: Kits) -> None:
    assert wordings(kits.at("2023-10-08T15:59"), "ballot") == ["lab23/ballot/plain"]
    assert wordings(kits.at("2023-10-08T16:00"), "ballot") == ["lab23/ballot/last", "lab23/ballot/plain"]


def test_the_soonest_ask_comes_first(kits: Kits) -> None:
    first, second = kits.at("2023-10-08T12:00").asks
    assert (first.name, first.audience, first.until_said) == (
        "ballot",
        "delegates",
        "Sunday 8 October, 17:00 Liverpool",
    )
    assert (second.name, second.audience, second.until_said) == ("spread", "everybody", "Wednesday 11 October")


def test_templates_of_one_ask_stand_together_and_each_keeps_its_own_time(kits: Kits, campaign: Any) -> None:
    spread = "---\nask: ballot\n---\n== more\nMore of it.\n"
    kits.templates = {**kits.templates, **campaign.templates(more=spread)}
    kits.plan = replace(
        kits.plan,
        slots=(*kits.plan.slots, campaign.slot("more", "lab23/more", campaign.at("registration", minutes=-10))),
    )
    page = kits.at("2023-10-08T08:55")
    assert wordings(page, "ballot") == ["lab23/more/more"]
    assert page.asks[0].until_said == "Sunday 8 October, 17:00 Liverpool"
    assert wordings(kits.at("2023-10-08T09:00"), "ballot") == ["lab23/ballot/plain"]


def test_a_form_that_names_a_milestone_that_has_passed_is_not_handed_out(kits: Kits, campaign: Any) -> None:
    body = "---\nask: spread\n---\n== one\nTell a friend before {{ milestones.ballot_closes | clock }}.\n"
    kits.templates = {**kits.templates, **campaign.templates(spread=f"{body}== one for mastodon\nTell a friend.\n")}
    before, after = kits.at("2023-10-08T16:59").asks[-1], kits.at("2023-10-08T17:00").asks[-1]
    assert before.platforms == {"x", "bluesky", "mastodon"}
    assert after.platforms == {"mastodon"}


BOUND = """---
ask: spread
---
== one
{words}
== two for mastodon
Anything, on any day.
== two
Anything, on any day.
"""


@pytest.mark.parametrize(
    ("words", "is_there", "is_over"),
    [
        ("The ballot is tomorrow.", "2023-10-07T23:59", "2023-10-08T00:00"),
        ("Ballot today", "2023-10-07T23:59", "2023-10-08T00:00"),
        ("Ring them this afternoon.", "2023-10-07T18:59", "2023-10-07T19:00"),
        ("Ring them tonight.", "2023-10-07T23:59", "2023-10-08T00:00"),
        ("Sad gestern, froh morgen.", "2023-10-07T23:59", "2023-10-08T00:00"),
        ("It is on Sunday.", "2023-10-08T23:59", "2023-10-09T00:00"),
        ("It is on 9 October.", "2023-10-09T23:59", "2023-10-10T00:00"),
    ],
)
def test_words_that_name_a_day_are_handed_out_while_it_is_so(
    kits: Kits, campaign: Any, words: str, is_there: str, is_over: str
) -> None:
    kits.templates = {**kits.templates, **campaign.templates(spread=BOUND.replace("{words}", words))}
    slots = [campaign.slot(name, "lab23/spread", campaign.wall("2023-10-07T10:00"), name) for name in ("one", "two")]
    kits.plan = replace(kits.plan, slots=tuple(slots))
    assert "lab23/spread/one" in wordings(kits.at(is_there), "spread")
    assert wordings(kits.at(is_over), "spread") == ["lab23/spread/two"]


def test_what_the_plan_says_again_on_another_day_is_so_again(kits: Kits, campaign: Any) -> None:
    kits.templates = {**kits.templates, **campaign.templates(spread=BOUND.replace("{words}", "Ring them tonight."))}
    weekly = replace(campaign.every(from_=campaign.wall("2023-09-25T00:00")), weekdays=(0, 5))
    until = replace(weekly, until=campaign.wall("2023-10-09T00:00"))
    kits.plan = replace(kits.plan, slots=(campaign.slot("s", "lab23/spread", until, "one"),))
    found = [bool(wordings(kits.at(f"2023-10-0{day}T12:00"), "spread")) for day in range(1, 9)]
    assert found == [day in (2, 7) for day in range(1, 9)]


def test_a_day_that_the_template_puts_in_is_the_milestones(kits: Kits, campaign: Any) -> None:
    body = "---\nask: spread\n---\n== one\nIt is on {{ milestones.ballot_closes | weekday }}.\n"
    kits.templates = {**kits.templates, **campaign.templates(spread=body)}
    assert wordings(kits.at("2023-09-25T12:00"), "spread") == ["lab23/spread/one"]
    assert wordings(kits.at("2023-10-04T12:00"), "spread") == ["lab23/spread/one"]


def test_a_milestone_that_slips_a_day_takes_its_tomorrow_along(kits: Kits, campaign: Any) -> None:
    kits.templates = {**kits.templates, **campaign.templates(spread=BOUND.replace("{words}", "We vote tomorrow."))}
    kits.plan = campaign.plan(
        campaign.slot("s", "lab23/spread", campaign.at("vote", days=-1), "one"), vote="2023-10-10T10:00"
    )
    assert wordings(kits.at("2023-10-09T12:00"), "spread") == ["lab23/spread/one"]
    kits.plan = replace(kits.plan, milestones=campaign.milestones(vote="2023-10-11T10:00"))
    assert wordings(kits.at("2023-10-09T12:00"), "spread") == []
    assert wordings(kits.at("2023-10-10T12:00"), "spread") == ["lab23/spread/one"]
    assert wordings(kits.at("2023-10-11T09:00"), "spread") == []


def test_a_slot_that_people_took_out_is_not_handed_out(kits: Kits) -> None:
    past = Past(decisions=(replace(SKIP, subject="opens/once"), replace(SKIP, subject="last/once")))
    assert names(kits.at("2023-10-08T16:30", past)) == ["spread"]
    assert kits.at("2023-10-08T08:00", past).coming == ()


def test_the_words_are_finished_for_each_network_as_our_own_are_but_carry_no_imprint_of_ours(kits: Kits) -> None:
    (wording,) = kits.at("2023-10-01T12:00").asks[0].wordings
    assert [(form.platform, form.text) for form in wording.forms] == [
        ("x", "Tell a friend. #Lab23 @ours"),
        ("bluesky", "Tell a friend. #Lab23 @ours.example"),
        ("mastodon", "Tell a friend. #Lab23 @ours@social.example"),
    ]
    assert [(form.title, form.limit) for form in wording.forms] == [("X", 280), ("Bluesky", 300), ("Mastodon", 500)]
    assert wording.forms[2].used == len("Tell a friend. #Lab23 @ours")  # Mastodon counts a handle without its server
    assert all(unquote(form.url).endswith(form.text) for form in wording.forms)


def test_words_too_long_for_a_network_are_left_out_there_and_said_to_be(kits: Kits, campaign: Any) -> None:
    long = "word " * 70
    kits.templates = campaign.templates(spread=f"---\nask: spread\n---\n== one\n{long}\n")
    page = kits.at("2023-10-01T12:00")
    assert page.asks[0].platforms == {"mastodon"}
    assert [(one.path, one.rule) for one in page.problems] == [("templates/lab23/spread.j2", "too_long")] * 2


def test_our_own_accounts_longer_limit_does_not_make_a_supporters_post_fit(campaign: Any, kits: Kits) -> None:
    x, *others = kits.settings.accounts
    kits.settings = kits.settings.model_copy(update={"accounts": (x.model_copy(update={"limit": 4000}), *others)})
    kits.templates = campaign.templates(spread=f"---\nask: spread\n---\n== one\n{'word ' * 70}\n")
    assert "x" not in kits.at("2023-10-01T12:00").asks[0].platforms


def test_words_that_cannot_be_written_do_not_take_the_page_down(kits: Kits, campaign: Any) -> None:
    kits.templates |= campaign.templates(spread="---\nask: spread\n---\n== one\n{{ links.nowhere }}\n")
    page = kits.at("2023-10-08T12:00")
    assert names(page) == ["ballot"]
    assert [one.rule for one in page.problems] == ["undefined"]


def test_only_the_networks_of_a_template_are_offered(kits: Kits, campaign: Any) -> None:
    kits.templates = campaign.templates(spread="---\nask: spread\nplatforms: [bluesky]\n---\n== one\nWords.\n")
    assert kits.at("2023-10-01T12:00").asks[0].platforms == {"bluesky"}


def test_a_network_on_which_the_campaign_has_no_voice_is_left_out(kits: Kits) -> None:
    text = kits.settings.campaign.voice["handle"]
    voices = {**kits.settings.campaign.voice, "handle": text.model_copy(update={"forms": {"x": "@ours"}})}
    campaign = kits.settings.campaign.model_copy(update={"voice": voices})
    kits.settings = kits.settings.model_copy(update={"campaign": campaign})
    page = kits.at("2023-10-01T12:00")
    assert [form.platform for form in page.blank] == ["x"]
    assert page.asks[0].platforms == {"x"}


def test_the_blank_post_begins_above_tag_and_handle(kits: Kits) -> None:
    x, _, mastodon = kits.at("2023-10-01T12:00").blank
    assert unquote(x.url).endswith("text=\n\n#Lab23 @ours")
    assert unquote(mastodon.url).endswith("text=\n\n#Lab23 @ours@social.example")


def test_our_post_is_offered_once_it_has_a_receipt_and_as_long_as_its_template_is_open(
    kits: Kits, campaign: Any
) -> None:
    past = Past((campaign.sent("ballot", "Vote."),))
    assert [post.text for post in kits.at("2023-10-08T12:00", past).asks[0].posts] == ["Vote."]
    assert kits.at("2023-10-08T12:00").asks[0].posts == ()
    assert all(not ask.posts for ask in kits.at("2023-10-08T17:00", past).asks)


def test_live_posts_are_reposted_and_pretend_ones_only_looked_at(kits: Kits, campaign: Any, live: Settings) -> None:
    real = campaign.sent("spread", "Tell.", url="https://x.com/ours/status/7", number=7)
    pretend = campaign.sent("spread", "Tell.", number=7)
    assert kits.at("2023-10-01T12:00", Past((real,))).asks[0].posts == ()
    assert kits.at("2023-10-01T12:00", Past((pretend,))).asks[0].posts[0].url == "http://127.0.0.1:8900/x/7"
    kits.settings = live
    assert kits.at("2023-10-01T12:00", Past((real,))).asks[0].posts[0].url.endswith("retweet?tweet_id=7")
    assert kits.at("2023-10-01T12:00", Past((pretend,))).asks[0].posts == ()


def test_an_ask_whose_words_are_all_over_still_offers_our_post(kits: Kits, campaign: Any) -> None:
    kits.templates |= campaign.templates(
        ballot="---\nask: ballot\n---\n== plain\nFrom {{ milestones.registration | clock }}.\n== last\nLast call.\n"
    )
    past = Past((campaign.sent("ballot", "Vote."),))
    (ballot, _) = kits.at("2023-10-08T12:00", past).asks
    assert (ballot.wordings, len(ballot.posts)) == ((), 1)
    page = kits.at("2023-10-08T12:00")
    assert (names(page), [one.title for one in page.coming]) == (["spread"], ["Ballot"])


def test_a_page_stays_small_however_much_the_plan_says(kits: Kits, campaign: Any) -> None:
    many = "\n".join(f"== w{n}\nWords {n}." for n in range(8))
    kits.templates = campaign.templates(**{f"t{n}": f"---\nask: ask{n}\n---\n{many}\n" for n in range(6)})
    slots = [campaign.slot(f"s{n}", f"lab23/t{n}", campaign.every()) for n in range(6)]
    kits.plan = campaign.plan(*slots)
    assert [len(ask.wordings) for ask in kits.at("2023-10-01T12:00").asks] == [2, 2, 2, 2, 1, 1]
    assert MOST_OF_A_PAGE == 10
    kits.plan = campaign.plan(*slots[:1])
    assert [len(ask.wordings) for ask in kits.at("2023-10-01T12:00").asks] == [MOST_OF_AN_ASK]


def test_what_one_ask_does_not_need_goes_to_the_others(kits: Kits, campaign: Any) -> None:
    few, many = "== w\nWords.\n", "\n".join(f"== w{n}\nWords {n}." for n in range(3))
    kits.templates = campaign.templates(**{f"t{n}": f"---\nask: ask{n}\n---\n{many if n else few}\n" for n in range(5)})
    kits.plan = campaign.plan(*(campaign.slot(f"s{n}", f"lab23/t{n}", campaign.every()) for n in range(5)))
    assert [len(ask.wordings) for ask in kits.at("2023-10-01T12:00").asks] == [1, 3, 2, 2, 2]


def test_templates_of_one_ask_take_turns(kits: Kits, campaign: Any) -> None:
    two = "---\nask: one\n---\n== a\nA {}.\n== b\nB {}.\n"
    kits.templates = campaign.templates(a_old=two.format(1, 1), b_new=two.format(2, 2))
    kits.plan = campaign.plan(
        campaign.slot("old", "lab23/a_old", campaign.wall("2023-09-25T10:00")),
        campaign.slot("new", "lab23/b_new", campaign.wall("2023-09-26T10:00")),
    )
    assert wordings(kits.at("2023-10-01T12:00"), "one") == ["lab23/b_new/a", "lab23/a_old/a", "lab23/b_new/b"]


def test_times_are_said_as_people_say_them(settings: Settings, campaign: Any) -> None:
    assert said(datetime(2023, 10, 8, 16, 0, tzinfo=UTC), settings) == "Sunday 8 October, 17:00 Liverpool"
    assert said(campaign.local("2023-10-12T00:00").astimezone(UTC), settings) == "Wednesday 11 October"
    assert said(campaign.local("2023-10-11T00:00"), settings) == "Wednesday 11 October, 00:00 Liverpool"


def test_where_only_accounts_have_a_form_a_supporter_names_the_first_of_them(kits: Kits) -> None:
    text = kits.settings.campaign.voice["handle"]
    forms = {"x": "@ours", "bluesky": "@ours.example", "north": "@ours@other.example", "south": "@ours@third.example"}
    voices = {**kits.settings.campaign.voice, "handle": text.model_copy(update={"forms": forms})}
    campaign = kits.settings.campaign.model_copy(update={"voice": voices})
    x, bluesky, mastodon = kits.settings.accounts
    several = (x, bluesky, *(mastodon.model_copy(update={"name": name}) for name in ("north", "south")))
    kits.settings = kits.settings.model_copy(update={"campaign": campaign, "accounts": several})
    assert [form.text for form in kits.at("2023-10-01T12:00").blank][2] == "#Lab23 @ours@other.example"
