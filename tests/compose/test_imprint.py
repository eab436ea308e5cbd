"""The imprint gate: it stands in the post, or one click away with a reason; nothing gets past it."""

from __future__ import annotations

import re
import sys
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from amplifier import settings as settings_file
from amplifier.campaign.plan import At, Distance, Slot
from amplifier.campaign.post import Moment, PostId, Words
from amplifier.campaign.template import Form, Template, Wording
from amplifier.compose.imprint import carries, notes, why_not, with_imprint, wrongs
from amplifier.compose.queue import Saying, own_words, write
from amplifier.errors import TemplateError
from amplifier.platforms.capabilities import TABLE
from amplifier.policy import Imprint, Profile
from tests.examples import examples

EXAMPLE = settings_file.load(Path(__file__).parents[2])
WORDS = "Promoted by A. Person, 1 Road, Town."
PAGE = "https://freemovement.example/imprint"
X, BLUESKY = TABLE["x"], TABLE["bluesky"]
UK = Imprint(profile=Profile.UK, text=WORDS, page=PAGE)
NOON = datetime(2023, 10, 9, 11, tzinfo=UTC)


def test_it_is_added_before_anything_is_counted_and_once() -> None:
    room = 280 - len(WORDS) - 2
    text, reason = with_imprint("x" * room, X, UK)
    assert (text, reason) == (f"{'x' * room}\n\n{WORDS}", "")
    assert with_imprint(text, X, UK) == (text, "")
    assert with_imprint("Vote. promoted BY A. Person, 1 Road, Town. Now", X, UK)[0].lower().count("promoted") == 1


def test_what_has_no_room_says_why_it_stands_one_click_away() -> None:
    text = "x" * (280 - len(WORDS) - 1)
    reason = f"X allows 280 characters; with the imprint it would be 281. It stands one click away, at {PAGE}."
    assert with_imprint(text, X, UK) == (text, reason)
    assert with_imprint(f"{text}\n{WORDS}", X, UK) == (text, reason)
    assert with_imprint(text, X, UK, limit=281) == (f"{text}\n\n{WORDS}", "")
    scotland = UK.model_copy(update={"profile": Profile.SCOTLAND})
    assert with_imprint(text, X, scotland) == (text, reason)
    heavy = "👩‍👩‍👧‍👦" * 119  # few characters, many bytes
    assert with_imprint(heavy, BLUESKY, UK)[1].startswith(
        "Bluesky allows 3,000 bytes; with the imprint it would be 3,013."
    )


@pytest.mark.parametrize("changed", [{"profile": Profile.PAID}, {"page": ""}])
def test_where_one_click_away_is_not_allowed_it_becomes_too_long(changed: dict[str, object]) -> None:
    text = "x" * 280
    assert with_imprint(text, X, UK.model_copy(update=changed)) == (f"{text}\n\n{WORDS}", "")


def test_a_page_alone_is_one_click_away_from_every_post() -> None:
    alone = Imprint(page=PAGE, responsible="A", address="B")
    assert with_imprint("Vote.", X, alone) == ("Vote.", f"The imprint stands one click away, at {PAGE}.")
    assert list(wrongs(alone)) == []


def test_a_profile_that_is_off_adds_nothing_and_asks_nothing() -> None:
    off = Imprint(profile=Profile.OFF)
    assert with_imprint("Vote.", X, off, required=("#Lab23",)) == ("Vote. #Lab23", "")
    assert why_not("Vote.", "", off) == ""


def test_a_text_without_words_stays_without() -> None:
    assert with_imprint(" ", X, UK) == ("", "")


@pytest.mark.parametrize(
    ("text", "there"),
    [
        (f"Vote.\n\n{WORDS}", True),
        (f"Vote. {WORDS.upper()}", True),
        ("Vote.\n\nPromoted by A. Person,\n1 Road,\nTown.", True),
        (f"Vote.Un{WORDS.lower()}", False),
        (f"Vote. {WORDS[:-2]}", False),
        ("Vote.", False),
    ],
)
def test_the_imprint_is_there_as_whole_words(text: str, there: bool) -> None:  # noqa: FBT001  a case
    assert carries(text, UK) is there
    assert (why_not(text, "", UK) == "") is there
    assert not carries(text, Imprint())


def test_the_gate_says_what_is_missing_in_a_sentence() -> None:
    reason = with_imprint("x" * 270, X, UK)[1]
    assert why_not("x" * 270, reason, UK) == ""
    assert why_not("Vote.", "", UK).startswith("The imprint is not in its words, and no reason is stored")
    assert why_not("Vote.", " ", UK)
    assert "settings.yaml" in why_not("Vote.", reason, Imprint())
    assert why_not("Vote.", reason, UK.model_copy(update={"page": " "}))
    paid = UK.model_copy(update={"profile": Profile.PAID})
    assert "what is paid for must carry it" in why_not("Vote.", reason, paid)
    assert why_not(f"Vote. {WORDS}", "", paid) == ""


@pytest.mark.parametrize(
    ("imprint", "key", "says"),
    [
        (Imprint(), "profile", "there is none"),
        (Imprint(page=PAGE), "profile", "needs `responsible`, `address` too"),
        (Imprint(page=PAGE, responsible="A", address="  "), "profile", "needs `address` too"),
        (Imprint(profile=Profile.SCOTLAND, responsible="A", address="B"), "profile", "needs `page` too"),
        (Imprint(profile=Profile.PAID, page=PAGE, responsible="A", address="B"), "profile", "needs a `text`"),
        (Imprint(profile=Profile.OFF, text=WORDS), "text", "no post carries it"),
        (Imprint(text=WORDS, page="http://a.example"), "page", "not a web address"),
    ],
)
def test_settings_that_cannot_hold_are_told(imprint: Imprint, key: str, says: str) -> None:
    ((where, message, hint),) = wrongs(imprint)
    assert (where, says in message) == (key, True), message
    assert hint


@pytest.mark.parametrize("profile", [Profile.UK, Profile.SCOTLAND, Profile.PAID])
def test_a_text_is_enough(profile: Profile) -> None:
    assert list(wrongs(Imprint(profile=profile, text=WORDS))) == []


def test_check_notes_where_posts_stand_without_and_that_advice_is_needed() -> None:
    away = [Words("x", "Vote.", "en", "Why."), Words("x", "Vote.", "en", "Why."), Words("bluesky", "Vote.", "en")]
    first, last = notes(UK, away)
    assert first == f"Without room for the imprint: 2 on x. Link {PAGE} in the profile there."
    assert "ask for advice" in last
    assert notes(UK.model_copy(update={"address": "B"}), []) == [last]
    assert "ask for advice" in notes(Imprint(profile=Profile.OFF), [])[0]


# 10,000 posts of every kind against the gate. What may go out is worked out here a second time, in other words.

POSTS, BATCH = examples(10_000), 50
TEXTS = st.builds(
    lambda words, fill: f"{' '.join(words)} {'x' * fill}",
    st.lists(
        st.sampled_from(["Vote", "#Lab23", "é", "🔥", "\n\n", "https://a.example/b", WORDS, WORDS[:-1]]), max_size=6
    ),
    st.integers(0, 320),
)
IMPRINTS = st.builds(
    Imprint,
    profile=st.sampled_from(Profile),
    text=st.sampled_from(["", WORDS, WORDS * 3]),
    page=st.sampled_from(["", PAGE]),
    responsible=st.just("A. Person"),
    address=st.just("1 Road"),
)
KINDS = st.sampled_from(["template", "own", "edit", "correction", "stored"])
CASES = st.lists(
    st.tuples(KINDS, TEXTS, st.sampled_from(EXAMPLE.accounts), st.sampled_from(["", "Why."])),
    min_size=BATCH,
    max_size=BATCH,
)
SLOT = Slot("s", "t", "w", At("", Distance(), None), (), None, "", "", 0)
SAYING = Saying(SLOT, PostId("lab23", "s", "once"), Moment(NOON, "", "", 0), 0, "", NOON, {}, 900)


def made(kind: str, text: str, account: settings_file.Account, reason: str, imprint: Imprint) -> Words:
    """The words as each way into the ledger makes them. Raises TemplateError where they do not get in."""
    ours = EXAMPLE.model_copy(
        update={"campaign": EXAMPLE.campaign.model_copy(update={"imprint": imprint}), "accounts": (account,)}
    )
    match kind:
        case "template":
            form = Form((), text, 1)
            template = Template("t", "", "vote", "all", (account.platform,), "", (Wording("w", (form,), 1),))
            return write(SAYING, template, ours).words[0]
        case "own":
            return own_words(text, account, ours)
        case "edit":  # words written under another imprint, read again under this one
            return own_words(with_imprint(text, TABLE[account.platform], UK)[0], account, ours)
        case "correction":
            return own_words(f"Correction: {own_words(text, account, ours).text}", account, ours)
        case _:  # whatever an older version, or a hand, may have left in the ledger
            return replace(Words(account.name, text, "en"), imprint=reason)


def may_go_out(said: Words, imprint: Imprint) -> bool:
    whole = rf"(?:^|\W){re.escape(imprint.text)}(?:\W|$)"
    stands = bool(imprint.text) and re.search(whole, said.text, re.IGNORECASE) is not None
    away = imprint.profile in {"uk", "scotland"} and bool(imprint.page) and bool(said.imprint)
    return imprint.profile == "off" or stands or away


def test_of_thousands_of_posts_none_goes_out_without_its_imprint(capsys: pytest.CaptureFixture[str]) -> None:
    seen: Counter[str] = Counter()

    @settings(max_examples=POSTS // BATCH, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(cases=CASES, imprint=IMPRINTS)
    def gate(cases: list[tuple[str, str, settings_file.Account, str]], imprint: Imprint) -> None:
        for kind, text, account, reason in cases:
            seen["posts"] += 1
            try:
                said = made(kind, text, account, reason, imprint)
            except TemplateError:
                seen["refused when written"] += 1
                continue
            allowed = may_go_out(said, imprint)
            assert allowed or kind == "stored", (kind, said)
            assert (why_not(said.text, said.imprint, imprint) == "") == allowed, said
            seen["through the gate" if allowed else "stopped at the gate"] += 1

    gate()
    with capsys.disabled():
        sys.stdout.write(f"\nimprint gate: {dict(seen)}; without imprint: 0\n")
    assert seen["posts"] >= POSTS
    assert min(seen.values()) > POSTS // 50
