"""From an occurrence to a wanted post: the right accounts, the wording whose turn it is, whole words or a reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amplifier import settings as settings_module
from amplifier.campaign.plan import ROTATE, At, Distance, Slot
from amplifier.campaign.post import Moment, PostId, Words
from amplifier.campaign.template import Template
from amplifier.compose.queue import (
    Saying,
    accounts_for,
    known_names,
    length,
    own_occurrence,
    own_words,
    pick,
    write,
    write_in_part,
)
from amplifier.compose.render import parse_templates
from amplifier.errors import TemplateError
from amplifier.policy import Counts, Profile
from amplifier.settings import Settings

SETTINGS = settings_module.load(Path(__file__).parents[2])
DEBATE = datetime(2023, 10, 10, 14, 40, tzinfo=ZoneInfo("Europe/London"))
IMPRINT = SETTINGS.campaign.imprint.text
SLOT = Slot("debate-now", "lab23/debate", ROTATE, At("debate", Distance(), None), (), None, "", "a.yaml", 1)
SOURCE = """\
---
ask: vote
audience: delegates
platforms: [x, bluesky]
language: cy
---
== plain
The debate is at {{ milestones.debate | clock }}. {{ links.volunteer }}
== plain for bluesky
On Bluesky: the debate is at {{ milestones.debate | clock }}.
== second
The debate begins. {{ tag }}
"""


def template(source: str = SOURCE) -> Template:
    return parse_templates({"templates/lab23/debate.j2": source}, known_names(SETTINGS, ["debate"]))["lab23/debate"]


def saying(**more: object) -> Saying:
    return replace(
        Saying(
            slot=SLOT,
            id=PostId("lab23", "debate-now", "once"),
            moment=Moment(DEBATE.astimezone(UTC), "2023-10-10T14:40", "Europe/London", 0),
            turn=0,
            milestone="debate",
            day=DEBATE,
            milestones={"debate": DEBATE},
            too_late_s=900,
        ),
        **more,
    )


def with_imprint(text: str, **more: object) -> Settings:
    imprint = SETTINGS.campaign.imprint.model_copy(update={"text": text, **more})
    return SETTINGS.model_copy(update={"campaign": SETTINGS.campaign.model_copy(update={"imprint": imprint})})


def with_profile_off(settings: Settings) -> Settings:
    imprint = settings.campaign.imprint.model_copy(update={"profile": Profile.OFF, "text": ""})
    return settings.model_copy(update={"campaign": settings.campaign.model_copy(update={"imprint": imprint})})


def with_limit(account: str, limit: int) -> Settings:
    accounts = tuple(
        one.model_copy(update={"limit": limit}) if one.name == account else one for one in SETTINGS.accounts
    )
    return SETTINGS.model_copy(update={"accounts": accounts})


def names(slot: Slot) -> list[str]:
    return [account.name for account in accounts_for(slot, template(), SETTINGS)]


def test_a_slot_speaks_where_its_template_is_written_for_in_the_order_of_the_settings() -> None:
    assert names(SLOT) == ["x", "bluesky"]


def test_a_slot_that_names_accounts_speaks_there_and_nowhere_else() -> None:
    assert names(replace(SLOT, accounts=("mastodon", "x"))) == ["x", "mastodon"]
    assert names(replace(SLOT, accounts=("bluesky",))) == ["bluesky"]
    assert names(replace(SLOT, accounts=("gone",))) == []


def test_the_post_has_the_exact_words_for_each_account() -> None:
    post = write(saying(), template(), SETTINGS)
    assert [(words.account, words.text, words.language) for words in post.words] == [
        (
            "x",
            f"The debate is at 14:40. https://freemovement.example/volunteer #Lab23 @labfreemvmt\n\n{IMPRINT}",
            "cy",
        ),
        ("bluesky", f"On Bluesky: the debate is at 14:40. #Lab23 @labfreemvmt.example\n\n{IMPRINT}", "cy"),
    ]
    assert (post.id, post.milestone, post.template, post.wording) == (
        PostId("lab23", "debate-now", "once"),
        "debate",
        "lab23/debate",
        "plain",
    )
    assert (post.moment, post.too_late_s, post.was) == (saying().moment, 900, "")


def test_a_post_keeps_the_facts_that_its_words_state_each_once() -> None:
    facts = {fact.name: fact.value for fact in write(saying(), template(), SETTINGS).facts}
    assert facts["link.volunteer"] == "https://freemovement.example/volunteer"
    assert "14:40" in facts["milestone.debate"]
    moved = saying(milestones={"debate": DEBATE + timedelta(minutes=40)})
    after = {fact.name: fact.value for fact in write(moved, template(), SETTINGS).facts}
    assert "15:20" in after["milestone.debate"]
    assert set(after) == set(facts)


def test_a_renamed_slot_takes_its_former_name_along() -> None:
    assert write(saying(slot=replace(SLOT, was="floor")), template(), SETTINGS).was == "floor"


def test_a_slot_with_a_wording_of_its_own_says_that_one() -> None:
    assert pick(template(), replace(SLOT, wording="second"), turn=0) == "second"
    assert write(saying(slot=replace(SLOT, wording="second")), template(), SETTINGS).wording == "second"


def test_wordings_take_turns_and_a_form_for_a_platform_is_not_one_more() -> None:
    assert [pick(template(), SLOT, turn) for turn in range(5)] == ["plain", "second", "plain", "second", "plain"]


@given(turn=st.integers(0, 10_000))
def test_the_same_turn_is_always_the_same_wording_and_the_next_is_another(turn: int) -> None:
    read = template()
    assert pick(read, SLOT, turn) == pick(read, SLOT, turn)
    assert pick(read, SLOT, turn) != pick(read, SLOT, turn + 1)


def test_what_the_voice_requires_is_added_once_and_the_imprint_stands_last() -> None:
    post = write(saying(turn=1), template(), with_imprint("Promoted by A, B."))
    assert post.words[0].text == "The debate begins. #Lab23 @labfreemvmt\n\nPromoted by A, B."


def test_words_that_do_not_fit_are_refused_for_every_account_with_their_place() -> None:
    long = SOURCE.replace("The debate begins.", "word " * 70)
    with pytest.raises(TemplateError) as caught:
        write(saying(turn=1), template(long), SETTINGS)
    found = [(problem.path, problem.line) for problem in caught.value.problems]
    assert found == [("templates/lab23/debate.j2", long.splitlines().index("== second") + 2)] * 2


def test_one_account_that_takes_less_is_refused_alone() -> None:
    with pytest.raises(TemplateError) as caught:
        write(saying(turn=1), template(), with_limit("bluesky", 20))
    assert len(caught.value.problems) == 1


def test_where_it_fits_a_post_is_written_and_elsewhere_it_is_said_why_not() -> None:
    whole = write(saying(turn=1), template(), SETTINGS)
    part = write_in_part(saying(turn=1), template(), with_limit("bluesky", 20))
    assert part.words == tuple(words for words in whole.words if words.account != "bluesky")
    assert set(part.unwritten) == {"bluesky"}
    assert "Bluesky allows 20 characters" in part.unwritten["bluesky"]
    assert {fact.name for fact in whole.facts} - {fact.name for fact in part.facts} == {"voice.handle.bluesky"}
    assert write_in_part(saying(turn=1), template(), SETTINGS) == whole
    with pytest.raises(TemplateError):
        write_in_part(saying(turn=1), template(SOURCE.replace("The debate begins.", "word " * 300)), SETTINGS)


@pytest.mark.parametrize(
    ("counts", "used"), [(None, 1 + 1 + 23), (Counts.MASTODON, 25), (Counts.GRAPHEMES, 51), (Counts.CODE_POINTS, 55)]
)
def test_an_account_s_server_may_count_otherwise(counts: Counts | None, used: int) -> None:
    text = "👩‍👩‍👧 https://example.org/a/very/long/address/of/a/page"
    account = SETTINGS.accounts[2].model_copy(update={"counts": counts, "limit": 30})
    assert (length(text, account).used, length(text, account).fits) == (used, used <= 30)
    settings = SETTINGS.model_copy(update={"accounts": (account,)})
    if used > 30:
        with pytest.raises(TemplateError, match="Mastodon allows 30"):
            own_words(text, account, with_profile_off(settings))
    else:
        assert own_words(text, account, with_profile_off(settings)).text == text


def test_a_length_is_counted_as_the_network_counts_and_held_against_the_accounts_own_limit() -> None:
    text = "👩‍👩‍👧 https://example.org/a/very/long/address/of/a/page"
    x, bluesky, mastodon = SETTINGS.accounts
    assert (length(text, x).used, length(text, x).limit) == (2 + 1 + 23, 280)
    assert (length(text, bluesky).used, length(text, bluesky).limit) == (1 + 1 + 49, 300)
    assert (length(text, mastodon).used, length(text, mastodon).limit) == (1 + 1 + 23, 500)
    assert length(text, x.model_copy(update={"limit": 4000})).limit == 4000


def test_a_template_may_name_the_voices_links_and_milestones_of_its_campaign() -> None:
    known = known_names(SETTINGS, ["debate", "vote"])
    assert known.voice == {"tag", "handle"}
    assert known.links == {"volunteer", "contact", "motion"}
    assert known.milestones == {"debate", "vote"}


def test_a_persons_own_words_get_the_imprint_and_nothing_else() -> None:
    x = SETTINGS.account("x")
    assert own_words("Hello.", x, with_imprint("", profile=Profile.OFF)) == Words("x", "Hello.", "en")
    with_it = Words("x", "Hello.\n\nPromoted by A, B.", "en")
    assert own_words("Hello.", x, with_imprint("Promoted by A, B.")) == with_it


@pytest.mark.parametrize("text", ["", "   ", "x" * 281, "@somebody hello"])
def test_own_words_that_the_network_would_not_take_are_refused_before_they_are_queued(text: str) -> None:
    with pytest.raises(TemplateError):
        own_words(text, SETTINGS.account("x"), SETTINGS)


def test_own_words_just_fit_until_the_imprint_needs_the_room() -> None:
    x, text = SETTINGS.account("x"), "x" * (280 - len("\n\nPromoted by A, B."))
    assert own_words(text, x, with_imprint("Promoted by A, B.")).imprint == ""
    away = own_words(f"{text}x", x, with_imprint("Promoted by A, B."))
    assert (away.text, away.imprint[:46]) == (f"{text}x", "X allows 280 characters; with the imprint it w")
    with pytest.raises(TemplateError, match="X allows 280 characters"):
        own_words(f"{text}x", x, with_imprint("Promoted by A, B.", page=""))


def test_without_any_imprint_nothing_is_written_at_all() -> None:
    nothing = with_imprint("", page="")
    with pytest.raises(TemplateError, match="There is no imprint to go with it"):
        own_words("Hello.", SETTINGS.account("x"), nothing)
    with pytest.raises(TemplateError) as caught:
        write(saying(), template(), nothing)
    found = [(problem.path, problem.line, problem.rule) for problem in caught.value.problems]
    assert found == [("templates/lab23/debate.j2", 8, "imprint"), ("templates/lab23/debate.j2", 10, "imprint")]


def test_an_own_post_is_one_of_a_kind_by_its_instant_its_words_and_its_accounts() -> None:
    now = datetime(2023, 10, 10, 13, 40, 5, 123456, tzinfo=UTC)
    made = own_occurrence("Hello.", ["x"], now)
    assert made == own_occurrence("Hello.", ["x"], now)
    assert made.startswith("20231010T134005123456-")
    assert len(made) <= 60  # what its column holds
    others = {
        own_occurrence("Hello", ["x"], now),
        own_occurrence("Hello.", ["bluesky"], now),
        own_occurrence("Hello.", ["x", "bluesky"], now),
        own_occurrence("Hello.", ["x"], now + timedelta(microseconds=1)),
        made,
    }
    assert len(others) == 5


def test_an_account_says_a_voice_in_its_own_form_and_states_it_under_its_name() -> None:
    own = SETTINGS.campaign.voice["handle"]
    own = own.model_copy(update={"forms": {**own.forms, "north": "@labfreenorth"}})
    voices = {**SETTINGS.campaign.voice, "handle": own}
    north = SETTINGS.account("x").model_copy(update={"name": "north", "handle": "labfreenorth"})
    campaign = SETTINGS.campaign.model_copy(update={"voice": voices})
    two = SETTINGS.model_copy(update={"campaign": campaign, "accounts": (*SETTINGS.accounts, north)})
    post = write(saying(), template(SOURCE.replace("The debate", "With {{ handle }}: the debate")), two)
    said = {words.account: words.text for words in post.words}
    assert said["north"].startswith("With @labfreenorth: the debate")
    assert "@labfreemvmt" not in said["north"]  # nor is it appended
    assert said["x"].startswith("With @labfreemvmt: the debate")
    facts = {fact.name: fact.value for fact in post.facts if fact.name.startswith("voice.handle")}
    assert facts["voice.handle.north"] == "@labfreenorth"
    assert facts["voice.handle.x"] == "@labfreemvmt"
