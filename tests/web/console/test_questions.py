"""Decide: every doubt with all it takes to settle it, and each button does what it says."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from amplifier.campaign.delivery import DoubtReason, State
from amplifier.campaign.hold_reasons import HoldReason
from amplifier.campaign.plan import DecisionKind
from amplifier.clock import utc_now
from amplifier.errors import SettingsError
from amplifier.operate.override import said_again
from amplifier.operate.own import prepare_own, queue_own
from amplifier.platforms.port import RemotePost
from amplifier.schedule.decided.change import find_post, program_in_force
from amplifier.schedule.decided.rewording import decide_words
from amplifier.schedule.decided.standing import MEANWHILE
from amplifier.store import decisions
from amplifier.store.holding import stops
from amplifier.store.models import DeliveryRow, PostRow
from amplifier.store.operate.notes import mark_twice
from amplifier.web.console import questions
from amplifier.web.frame import install
from tests.web.campaign import Campaign, Page, unsafe

INERT = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"


def number(slot: str, account: str = "mastodon") -> int:
    return int(DeliveryRow.objects.get(post__slot=slot, account__label=account).pk)


def stands(slot: str, account: str = "mastodon") -> tuple[str, str]:
    row = DeliveryRow.objects.get(post__slot=slot, account__label=account)
    return row.state, row.reason


def link(opened: Campaign, remote: str = "42") -> str:
    return f"http://127.0.0.1:{opened.install.sandbox_port}/@labfreemvmt/{remote}"


@pytest.fixture
def decide(opened: Campaign) -> Callable[..., Page]:
    def send(slot: str, act: str, **more: str) -> Page:
        """As the page stands at this moment."""
        there = opened.get("/decide")
        said = hashlib.sha256(DeliveryRow.objects.get(pk=number(slot)).text.encode()).hexdigest()[:16]
        standing = [one["value"] for one in there.named("input") if one.get("name") == "standing"]
        form = {"act": act, "said": said, "standing": standing[0] if standing else "", **more}
        return opened.send(f"/decide/{number(slot)}", form, on="/decide")

    return send


@pytest.fixture
def shows(monkeypatch: pytest.MonkeyPatch) -> list[RemotePost | None]:
    """What the network shows, one answer after another."""
    answers: list[RemotePost | None] = []

    class Reader:
        def read(self, _remote_id: str, _text: str) -> RemotePost | None:
            return answers.pop(0)

    monkeypatch.setattr(questions, "reach", lambda *_: Reader())
    return answers


def seen(*, same: bool = True) -> RemotePost:
    return RemotePost(says_the_same=same, text="What stands there.", boosts=None, replies=None, url="", is_ours=True)


def test_with_nothing_open_it_says_so_and_leads_on(opened: Campaign) -> None:
    page = opened.get("/decide")
    assert page.truth == "Nothing waits for you."
    assert "What is in doubt, held or missed appears here." in page.text


def test_a_doubt_shows_text_time_account_profile_and_what_comes_by_itself(opened: Campaign) -> None:
    opened.put("hello", "mastodon", state=State.UNSURE, first_sent_at=utc_now(), detail=INERT, run_at=utc_now())
    page = opened.get("/decide")
    assert page.truth == "1 post may be out: look at it."
    for words in (
        "Hello from the campaign.",
        "@labfreemvmt@social.example",
        "Look on the profile of @labfreemvmt@social.example on Mastodon for a post with exactly these words.",
        "tried ",
        "Next look:",
        INERT,
    ):
        assert words in page.text
    assert "https://mastodon.example/us" in page.links()
    assert {one["value"] for one in page.named("input") if one.get("name") == "act"} == {"there", "again", "leave"}
    assert unsafe(page) == []


def test_what_may_be_out_since_a_backup_is_not_said_to_have_been_tried(opened: Campaign) -> None:
    backup = datetime(2026, 11, 30, 21, 29, tzinfo=UTC)  # by real clocks, as its file has it; no rehearsal's time
    opened.put("hello", "mastodon", state=State.HELD, reason=HoldReason.UNTRUE, unseen_since=backup, detail="Stale.")
    page = opened.get("/decide")
    assert "Stale. It may have gone out since the backup of Mon 30 Nov 21:29 Liverpool" in page.text
    assert "tried " not in page.text
    assert "Stale. It may have gone out since the backup. " in opened.get("/").text
    assert "for this post, also in other words." in page.text
    assert {one["value"] for one in page.named("input") if one.get("name") == "act"} == {"there", "stand", "leave"}
    assert unsafe(page) == []


def test_the_first_sentence_counts_each_kind(opened: Campaign) -> None:
    opened.put("hello", state=State.UNSURE)
    opened.put("soon", "x", state=State.HELD, reason=HoldReason.REJECTED)
    opened.put("go", "x", state=State.MISSED)
    assert (
        opened.get("/decide").truth
        == "1 post may be out, on 3 accounts: look at it. 1 post is held. 1 post was missed."
    )


def test_what_waits_by_itself_says_what_for(opened: Campaign) -> None:
    opened.put("hello", "x", state=State.HELD, reason=HoldReason.ACCOUNT)
    opened.put("soon", "x", state=State.HELD, reason=HoldReason.STOPPED)
    text = opened.get("/decide").text
    assert "It goes out by itself when X lets us in again." in text
    assert "It waits until somebody lets sending go on." in text
    assert "amplifier resume" in text


def test_it_is_there_with_a_link_that_the_network_shows(
    opened: Campaign, decide: Callable[..., Page], shows: list[RemotePost | None]
) -> None:
    opened.put("hello", "mastodon", state=State.UNSURE)
    shows.append(seen())
    page = decide("hello", "there", link=link(opened))
    assert "It counts as sent. Mastodon shows it." in page.text
    row = DeliveryRow.objects.get(id=number("hello"))
    assert (row.state, row.remote_id, row.by_hand) == (State.SENT, "42", True)


def test_a_link_that_proves_nothing_changes_nothing_and_says_why(
    opened: Campaign, decide: Callable[..., Page], shows: list[RemotePost | None]
) -> None:
    opened.put("hello", "mastodon", state=State.UNSURE)
    shows += [None, seen(same=False)]
    assert "Mastodon shows no post at this link" in decide("hello", "there", link=link(opened)).text
    assert "says “What stands there.”" in decide("hello", "there", link=link(opened)).text
    assert "This is no link to a post" in decide("hello", "there", link="https://evil.example/1").text
    assert stands("hello") == (State.UNSURE, "")
    shows.append(seen(same=False))
    assert "It counts as sent." in decide("hello", "there", link=link(opened), anyway="1").text


def test_secrets_that_only_the_worker_has_leave_the_shape_to_go_by(
    opened: Campaign, decide: Callable[..., Page], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise SettingsError([])

    monkeypatch.setattr(questions, "reach", refuse)
    opened.put("hello", "mastodon", state=State.UNSURE)
    assert "The link has the right shape. Mastodon was not asked." in decide("hello", "there", link=link(opened)).text


def test_sending_again_looks_first_where_it_was_tried(opened: Campaign, decide: Callable[..., Page]) -> None:
    opened.put("hello", "mastodon", state=State.HELD, reason=HoldReason.DOUBT, first_sent_at=utc_now())
    opened.put("soon", "mastodon", state=State.MISSED)
    assert "looks once more, and sends it if it is not there" in decide("hello", "again").text
    assert stands("hello") == (State.UNSURE, DoubtReason.AGAIN)
    assert "It goes out now." in decide("soon", "again").text
    assert stands("soon")[0] == State.QUEUED


def test_what_says_nearly_the_same_by_now_is_shown_before_something_is_sent_again(
    opened: Campaign, decide: Callable[..., Page]
) -> None:
    opened.put("hello", state=State.MISSED)
    now, settings = utc_now(), install().settings
    text = str(DeliveryRow.objects.get(id=number("hello")).text)
    queue_own(prepare_own(text, ["mastodon"], settings, due_at=now, now=now), settings, actor="cli:bo", now=now)
    said = decide("hello", "again").text
    assert "say the same on mastodon within 24 hours" in said
    assert "Nothing was changed yet." in said
    assert stands("hello")[0] == State.MISSED
    (echo,) = said_again(number("hello"), settings, now=now)
    page = opened.get(f"/decide?again={number('hello')}&seen={echo.mark}")
    (seen_there,) = [one["value"] for one in page.named("input") if one.get("name") == "seen"]
    assert "Nothing was changed yet." not in decide("hello", "again", seen=seen_there).text
    assert stands("hello")[0] == State.QUEUED


def test_sending_again_by_hand_says_that_somebody_is_asked(opened: Campaign, decide: Callable[..., Page]) -> None:
    opened.put("soon", "mastodon", state=State.MISSED, reason=HoldReason.HAND_OFF)
    PostRow.objects.update(hand_off=True)
    stops.stop(reason="Panic.", actor="test", now=utc_now(), scope="account:mastodon")
    said = "Somebody is asked to post it by hand. Sending is stopped, so it waits until somebody resumes."
    assert said in decide("soon", "again").text


def test_sending_again_while_stopped_says_that_it_waits(opened: Campaign, decide: Callable[..., Page]) -> None:
    opened.put("soon", "mastodon", state=State.MISSED)
    stops.stop(reason="Panic.", actor="test", now=utc_now())
    assert "Sending is stopped, so it waits until somebody resumes." in decide("soon", "again").text


def test_what_is_left_out_is_gone_from_the_page_with_its_reason_kept(
    opened: Campaign, decide: Callable[..., Page]
) -> None:
    opened.put("hello", "mastodon", state=State.HELD, reason=HoldReason.REJECTED)
    assert "It is left out." in decide("hello", "leave", reason="Not needed.").text
    row = DeliveryRow.objects.get(id=number("hello"))
    assert (row.state, row.detail) == (State.DROPPED, "Not needed.")
    assert opened.get("/decide").truth == "Nothing waits for you."


def test_what_may_be_out_twice_stands_first_until_somebody_has_seen_to_it(
    opened: Campaign, decide: Callable[..., Page]
) -> None:
    opened.put("hello", "mastodon", state=State.SENT, remote_id="1", url="https://social.example/@labfreemvmt/1")
    detail = "2 https://social.example/@labfreemvmt/2"
    mark_twice(number("hello"), detail.partition(" ")[2], now=utc_now())
    page = opened.get("/decide")
    assert page.truth == "1 post may be out twice."
    assert {f"https://social.example/@labfreemvmt/{one}" for one in (1, 2)} <= set(page.links())
    assert "1 post may be out twice." in opened.get("/").text
    assert "Noted." in decide("hello", "seen").text
    assert opened.get("/decide").truth == "Nothing waits for you."


@pytest.mark.parametrize("act", ["", "everything", "<script>"])
def test_a_form_that_says_nothing_changes_nothing(opened: Campaign, decide: Callable[..., Page], act: str) -> None:
    opened.put("hello", "mastodon", state=State.UNSURE)
    assert "Nothing was changed: the form did not say what to do." in decide("hello", act).text
    assert stands("hello") == (State.UNSURE, "")


@pytest.mark.parametrize("act", ["there", "again", "leave", "seen"])
def test_a_delivery_that_there_is_not_is_refused_in_words(opened: Campaign, act: str) -> None:
    page = opened.send("/decide/999999", {"act": act, "link": "x"}, on="/decide")
    assert page.status == 200
    assert [one for one in page.named("p") if one.get("class") == "said"]


def test_a_long_list_is_cut_and_says_so(opened: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(questions, "SHOWN", 2)
    opened.put("hello", state=State.HELD)
    assert "And 1 more. All of them: amplifier decide" in opened.get("/decide").text


def untrue_on_two(opened: Campaign) -> dict[str, str]:
    """A person's words, other ones on each account, that a move has made untrue."""
    program = program_in_force(opened.install.settings)
    words = {"mastodon": "We start at 14:40", "x": "At 14:40 we start"}
    decide_words(program, find_post(program, "soon"), words, actor="cli:jo", reason="", now=utc_now())
    opened.send("/milestones/move", {"name": "debate", "by": "+40m"})
    opened.read()
    return words


def test_words_that_are_no_longer_so_may_stand_by_one_button(opened: Campaign, decide: Callable[..., Page]) -> None:
    untrue_on_two(opened)
    page = opened.get("/decide")
    assert page.truth == "1 post is held, on 2 accounts."
    for said in (
        "Your words say “14:40”, the plan says 15:20 (debate).",
        "Let these words stand",
        "amplifier edit soon",
    ):
        assert said in page.text
    assert "Send now" not in page.text
    page = decide("soon", "stand", reason="The hall knows.")
    assert "These words stay as they are." in page.text
    made = decisions.decisions()[-1]
    assert (made.kind, made.subject, made.reason) == (DecisionKind.FACT_LEFT, "soon/once", "The hall knows.")
    opened.read()
    assert stands("soon") == stands("soon", "x") == ("queued", "")
    assert "by now, so there is nothing to decide" in decide("soon", "stand").text


def test_the_button_lets_nothing_stand_that_the_page_has_not_shown(opened: Campaign) -> None:
    words = untrue_on_two(opened)
    page = opened.get("/decide")
    shown = re.search(
        rf'action="/decide/{number("soon")}">(?:(?!</form>).)*name="standing"(?:(?!</form>).)*', page.html, re.DOTALL
    )
    assert shown
    for text in words.values():
        assert text in shown[0], "on both accounts"
    form = {"act": "stand", **dict(re.findall(r'name="(said|standing)" value="([^"]*)"', shown[0]))}
    program = program_in_force(opened.install.settings)
    decide_words(
        program, find_post(program, "soon"), {"x": "Be there, 14:40!"}, actor="cli:jo", reason="", now=utc_now()
    )
    opened.send("/milestones/move", {"name": "debate", "by": "+10m"})
    assert MEANWHILE in opened.send(f"/decide/{number('soon')}", form, on="/decide").text
    assert decisions.decisions()[-1].kind is not DecisionKind.FACT_LEFT


@pytest.mark.parametrize("act", ["again", "leave"])
def test_words_that_changed_since_the_page_was_shown_are_neither_sent_nor_left_out(opened: Campaign, act: str) -> None:
    opened.put("hello", "mastodon", state=State.HELD, reason=HoldReason.REJECTED)
    page = opened.get("/decide")
    form = {"act": act, "said": page.field("said")}
    opened.put("hello", "mastodon", text="Something else by now.")
    page = opened.send(f"/decide/{number('hello')}", form, on="/decide")
    assert "The post has changed on mastodon meanwhile. Nothing was done; look at it again." in page.text
    assert stands("hello") == (State.HELD, HoldReason.REJECTED)


def test_all_missed_posts_that_the_page_shows_are_noted_by_one_button(opened: Campaign) -> None:
    opened.put("hello", "mastodon", state=State.MISSED)
    assert "I have seen the" not in opened.get("/decide").text
    opened.put("hello", "x", state=State.MISSED)
    page = opened.get("/decide")
    assert "I have seen the 1 post that was missed" in page.text
    shown = next(one["value"] for one in page.named("input") if one.get("name") == "shown")
    opened.put("hello", "bluesky", state=State.MISSED)  # missed since the page was opened
    done = opened.send("/decide/missed", {"shown": f"{shown},x,999999"}, on="/decide")
    assert "Noted: 1 post was missed." in done.text
    assert opened.get("/decide").truth == "1 post was missed."
    assert "All was noted before." in opened.send("/decide/missed", {"shown": shown}, on="/decide").text
