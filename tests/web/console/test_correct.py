"""The page *Correct*: how a post stands, what a change would break, and the change itself."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import pytest

from amplifier.campaign.delivery import Verb
from amplifier.clock import utc_now
from amplifier.compose.memory import SINCE
from amplifier.operate.correct import NewWords, prepare_correction, queue_correction
from amplifier.operate.impact import Impact
from amplifier.operate.withdraw import prepare_withdrawal, queue_withdrawal
from amplifier.schedule.decided.change import find_post, program_in_force
from amplifier.schedule.decided.rewording import decide_words
from amplifier.schedule.playing import playing
from amplifier.store import delivery_views, events
from amplifier.store.models import DeliveryRow
from amplifier.store.operate.corrections import Hand
from amplifier.web.console import correct
from amplifier.web.frame import install
from tests.web.campaign import Campaign, Page, unsafe

PAGE = "/posts/correct?post=hello"
WORDS = {"on-x": "1", "on-mastodon": "1", "text-x": "Hello, all\r\nof you.", "text-mastodon": "Hello, all of you."}


@pytest.fixture
def sent(opened: Campaign, monkeypatch: pytest.MonkeyPatch) -> Campaign:
    """One post is out; the networks tell of X alone what a deletion breaks."""
    for row in DeliveryRow.objects.filter(post__slot="hello"):
        opened.put(
            "hello",
            row.account.label,
            state="sent",
            remote_id=f"r-{row.pk}",
            url="https://x.example/1",
            remote_state="live",
        )
    monkeypatch.setattr(correct, "_look", lambda found: {one.account: told(one.account) for one in found})
    return opened


def told(account: str) -> Impact:
    return Impact(3, 1) if account == "x" else Impact()


def changes(verb: Verb | None = None) -> list[Any]:
    rows = [row for row in delivery_views.views() if row.identity.revision > 0]
    return [row for row in rows if verb is None or row.identity.verb is verb]


def agree(sent: Campaign, form: dict[str, str], reason: str = "") -> Page:
    """Look at what it does, and press the button below."""
    return press(sent, sent.send("/posts/correct/preview", form, on=PAGE), reason)


def press(sent: Campaign, page: Page, reason: str = "") -> Page:
    """The button of this page, however long it has been open."""
    fields = {one["name"]: one["value"] for one in page.named("input") if one["name"] != "csrfmiddlewaretoken"}
    return sent.send("/posts/correct/now", {**fields, "reason": reason}, on=PAGE)


def test_the_page_shows_each_account_and_the_words_to_begin_with(sent: Campaign) -> None:
    page = sent.get(PAGE)
    assert page.truth == "“hello” of Mon 25 Sep 10:00 is out on X, Bluesky and Mastodon."
    assert len(page.named("textarea")) == 3
    assert "Hello from the campaign." in page.text
    assert unsafe(page) == []


def test_from_now_a_link_leads_there(sent: Campaign) -> None:
    DeliveryRow.objects.filter(post__slot="hello").update(sent_at="2023-10-01T10:00:00Z")
    assert "/posts/correct?post=hello/once" in sent.get("/").links()


def test_a_post_that_there_is_not_leads_back_with_a_sentence(sent: Campaign) -> None:
    page = sent.get("/posts/correct?post=helo", follow=True)
    assert "Nothing called “helo” is out. Did you mean hello/once?" in page.text


def test_before_anything_is_done_it_says_what_breaks_and_where(sent: Campaign) -> None:
    page = sent.send("/posts/correct/preview", {"post": "hello", "act": "correct", **WORDS}, on=PAGE)
    assert page.truth == "“hello” of Mon 25 Sep 10:00 would be corrected."
    assert "Correction: Hello, all of you." in page.text
    assert "Lost with it: 3 boosts, 1 reply." in page.text
    assert "It is edited. Boosts and replies stay." in page.text
    assert "Correct on X and Mastodon" in page.text
    assert unsafe(page) == []
    assert changes() == []


def test_a_correction_is_queued_on_the_chosen_accounts_with_the_reason(sent: Campaign) -> None:
    page = agree(sent, {"post": "hello", "act": "correct", **WORDS}, "a slip")
    assert "It is being corrected." in page.text
    assert {(row.identity.account, row.identity.verb.value) for row in changes()} == {
        ("x", "delete"),
        ("x", "publish"),
        ("mastodon", "edit"),
    }
    (words,) = changes(Verb.PUBLISH)
    assert words.text.startswith("Correction: Hello, all\nof you.")
    (event, *_) = events.events_of(f"delivery:{words.id}")
    assert (event.actor, event.detail) == ("console", "a slip")


def test_deleting_says_where_and_drops_nothing_else(sent: Campaign) -> None:
    form = {"post": "hello", "act": "withdraw", "on-x": "1", "on-mastodon": "1"}
    page = sent.send("/posts/correct/preview", form, on=PAGE)
    assert page.truth == "“hello” of Mon 25 Sep 10:00 would be deleted."
    assert "Delete from X and Mastodon" in page.text
    assert "Lost with it: not known." in page.text
    assert changes() == []
    done = press(sent, page)
    assert "It is being deleted." in done.text
    assert {row.identity.account for row in changes(Verb.DELETE)} == {"x", "mastodon"}


def test_words_that_do_not_fit_are_refused_with_the_reason(sent: Campaign) -> None:
    form = {"post": "hello", "act": "correct", "on-x": "1", "text-x": "long " * 60}
    page = sent.send("/posts/correct/preview", form, on=PAGE)
    assert "X allows 280 characters" in page.text
    assert changes() == []


def test_without_its_token_a_form_does_nothing(sent: Campaign) -> None:
    assert sent.client.post("/posts/correct/now", {"post": "hello", "act": "withdraw"}).status_code == 403
    assert sent.client.get("/posts/correct/now").status_code == 405
    assert changes() == []


def test_whoever_comes_back_begins_with_the_words_that_are_there_now(sent: Campaign) -> None:
    row = DeliveryRow.objects.get(post__slot="hello", account__label="mastodon")
    DeliveryRow.objects.create(
        post=row.post,
        account=row.account,
        platform=row.platform,
        verb="edit",
        revision=1,
        target=row.remote_id,
        text="Correction: Hello, all of you.",
        language="en",
        state="sent",
        run_at=row.run_at,
        too_late_at=row.too_late_at,
        sent_at="2023-10-02T10:00:00Z",
    )
    page = sent.get(PAGE)
    words = {one["name"]: one for one in page.named("textarea")}
    assert set(words) == {"text-x", "text-bluesky", "text-mastodon"}
    assert page.text.count("Hello, all of you.") == 2, "as it stands, and to begin with"


def test_what_was_deleted_is_not_called_sent(sent: Campaign) -> None:
    agree(sent, {"post": "hello", "act": "withdraw", "on-x": "1"})
    DeliveryRow.objects.filter(post__slot="hello", account__label="x", verb="delete").update(state="sent")
    DeliveryRow.objects.filter(post__slot="hello", account__label="x", verb="publish").update(remote_state="withdrawn")
    text = sent.get(PAGE).text
    assert "withdrawn X" in text
    assert "sent X" not in text


def test_before_anybody_agrees_near_copies_and_tags_that_are_too_long_are_told(sent: Campaign) -> None:
    program = program_in_force(install().settings)
    words = {"mastodon": "Hello to all of you in the hall"}
    decide_words(program, find_post(program, "soon"), words, actor="cli:jo", reason="", now=utc_now())
    long = "#" + "lang" * 17
    form = {"post": "hello", "act": "correct", "on-bluesky": "1", "text-bluesky": f"Hello {long}"}
    page = sent.send("/posts/correct/preview", form, on=PAGE)
    assert "is longer than a hashtag may be on Bluesky, so it stays plain words there." in page.text
    assert unsafe(page) == []


def test_words_that_the_plan_is_to_say_on_x_are_refused_before_the_planner_has_them(sent: Campaign) -> None:
    program = program_in_force(install().settings)
    words = {"x": "Hello to all of you in the hall"}
    now = playing(install().settings).real(datetime.fromisoformat("2023-10-10T12:00:00+01:00"))
    decide_words(program, find_post(program, "soon"), words, actor="cli:jo", reason="", now=now)
    form = {"post": "hello", "act": "correct", "on-x": "1", "text-x": "Hello to all of you in the hall"}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(correct, "utc_now", lambda: now)
        page = sent.send("/posts/correct/preview", form, on=PAGE)
    assert "x would say nearly what x is to say in soon/once" in page.text


def test_what_says_nearly_the_same_is_on_the_page_before_it_is_queued(sent: Campaign) -> None:
    program, text = program_in_force(install().settings), "Hello to all of you in the hall"
    now = playing(install().settings).real(datetime.fromisoformat("2023-10-10T12:00:00+01:00"))
    form = {"post": "hello", "act": "correct", "on-mastodon": "1", "text-mastodon": text}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(correct, "utc_now", lambda: now)
        unseen = sent.send("/posts/correct/preview", form, on=PAGE)
        assert 'name="seen"' not in unseen.html
        decide_words(program, find_post(program, "soon"), {"mastodon": text}, actor="cli:jo", reason="", now=now)
        assert SINCE in press(sent, unseen).text
        assert changes() == []
        page = sent.send("/posts/correct/preview", form, on=PAGE)
        marks = re.findall(r'name="seen" value="([0-9a-f]{16})"', page.html)
        assert len(marks) == 1
        assert "It is being corrected." in press(sent, page).text
    assert len(changes()) == 1


def somebody_else(act: str, *, on: str) -> None:
    """What a shell does while the page is open."""
    settings, post = install().settings, delivery_views.views()[0].identity.post
    hand = Hand("cli:jo", "", utc_now(), settings.campaign.first_day)
    if act == "withdraw":
        queue_withdrawal(prepare_withdrawal(post, settings, on=[on]), hand)
        return
    words = {on: NewWords("Everybody is welcome in the big hall from noon.")}
    queue_correction(prepare_correction(post, words, settings, now=hand.now, on=[on]), settings, hand)


@pytest.mark.parametrize("mine", ["correct", "withdraw"])
@pytest.mark.parametrize("theirs", ["correct", "withdraw"])
def test_what_somebody_else_did_while_the_page_was_open_is_never_overwritten(
    sent: Campaign, mine: str, theirs: str
) -> None:
    open_page = sent.send("/posts/correct/preview", {"post": "hello", "act": mine, **WORDS}, on=PAGE)
    somebody_else(theirs, on="mastodon")
    before = [(row.id, row.state) for row in changes()]
    assert before
    page = press(sent, open_page)
    assert "The post has changed on mastodon meanwhile. Nothing was done; look at it again." in page.text
    assert [(row.id, row.state) for row in changes()] == before


def test_looked_at_once_more_it_shows_the_words_that_are_there_and_goes_on(sent: Campaign) -> None:
    somebody_else("correct", on="mastodon")
    DeliveryRow.objects.filter(post__slot="hello", verb="edit").update(state="sent", target=there("mastodon"))
    form = {"post": "hello", "act": "correct", **WORDS}
    page = sent.send("/posts/correct/preview", form, on=PAGE)
    assert "There now: Correction: Everybody is welcome in the big hall from noon." in page.text
    assert "It is being corrected." in press(sent, page).text


def there(account: str) -> str:
    return str(DeliveryRow.objects.get(post__slot="hello", account__label=account, verb="publish").remote_id)


def test_a_form_that_no_page_of_ours_has_shown_does_nothing(sent: Campaign) -> None:
    page = sent.send("/posts/correct/now", {"post": "hello", "act": "withdraw", "on-x": "1"}, on=PAGE)
    assert "The post has changed on x meanwhile." in page.text
    assert changes() == []


def test_other_words_than_were_shown_are_never_queued(sent: Campaign) -> None:
    open_page = sent.send("/posts/correct/preview", {"post": "hello", "act": "correct", **WORDS}, on=PAGE)
    fields = {one["name"]: one["value"] for one in open_page.named("input") if one["name"] != "csrfmiddlewaretoken"}
    sent.send("/posts/correct/now", {**fields, "text-x": "Something else altogether."}, on=PAGE)
    assert changes() == []


def test_what_the_campaign_appends_is_added_to_a_persons_words_and_said(sent: Campaign) -> None:
    campaign = install().settings.campaign
    lacked = " ".join(campaign.form(name, "x", "x") for name in campaign.append)
    form = {"post": "hello", "act": "correct", **WORDS}
    page = sent.send("/posts/correct/preview", form, on=PAGE)
    assert f"Added, as to every post, on X: {lacked}" in page.text
    press(sent, page)
    (words,) = changes(Verb.PUBLISH)
    assert words.text.startswith("Correction: Hello, all\nof you.")
    assert lacked in " ".join(words.text.split())


def test_whoever_wants_nothing_added_says_so(sent: Campaign) -> None:
    assert 'name="bare"' in sent.get(PAGE).html
    page = sent.send("/posts/correct/preview", {"post": "hello", "act": "correct", "bare": "1", **WORDS}, on=PAGE)
    assert "Added, as to every post" not in page.text
    press(sent, page)
    (words,) = changes(Verb.PUBLISH)
    assert words.text.startswith("Correction: Hello, all\nof you.")
    assert "#" not in words.text


def test_the_plans_own_words_get_nothing_added(sent: Campaign) -> None:
    form = {"post": "hello", "act": "correct", "on-x": "1", "text-x": "Hello from the campaign."}
    page = sent.send("/posts/correct/preview", form, on=PAGE)
    assert "Added, as to every post" not in page.text
