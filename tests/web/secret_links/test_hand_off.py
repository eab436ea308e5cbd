"""The page for posting by hand: what it shows in each case, what each button does, and what it refuses."""

from __future__ import annotations

import re
import secrets
from dataclasses import replace
from datetime import timedelta
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from amplifier.campaign.delivery import DoubtReason, Receipt
from amplifier.campaign.hold_reasons import HoldReason
from amplifier.campaign.notice import Draft
from amplifier.campaign.secret_link import HandOffRequest, LinkKind
from amplifier.clock import utc_now
from amplifier.deliver.stop_flags import pull
from amplifier.platforms.links import EPOCH_MS
from amplifier.policy import Topic
from amplifier.settings import Mode
from amplifier.store import events, secret_links
from amplifier.store.holding import holds, stops
from amplifier.store.models import AccountRow, DeliveryRow, PostRow, SecretLinkRow
from amplifier.store.operate import overrides
from amplifier.web import frame
from amplifier.web.secret_links import sheet
from amplifier.web.secret_links.guesses import Guesses
from tests.web.campaign import Campaign, Page

STAGE = "http://127.0.0.1:8900"


class SecretLink:
    """One delivery that hands must post, and the address that somebody was given for it."""

    def __init__(self, campaign: Campaign, *, account: str = "bluesky", slot: str = "hello") -> None:
        self.campaign = campaign
        self.row = DeliveryRow.objects.get(post__slot=slot, account__label=account)
        self.put(
            state="held", reason=HoldReason.HAND_OFF, run_at=utc_now(), too_late_at=utc_now() + timedelta(minutes=9)
        )
        self.paths: dict[str, str] = {}
        self.ask("anna")

    @property
    def id(self) -> int:
        return self.row.pk

    def put(self, **changes: object) -> None:
        DeliveryRow.objects.filter(id=self.row.pk).update(**changes)

    def ask(self, person: str) -> str:
        number = len(self.paths)
        token = secrets.token_urlsafe(32)
        draft = Draft(f"{self.id}:{number}", Topic.HAND_OFF, "Please post.")
        assert secret_links.ask(
            [HandOffRequest(self.id, person, number)], draft, token=token, link="sealed:x", now=utc_now()
        )
        self.paths[person] = f"/h/{token}"
        return self.paths[person]

    def get(self, person: str = "anna") -> Page:
        return self.campaign.get(self.paths[person])

    def press(self, button: str, person: str = "anna", **fields: str) -> Page:
        return Page(self.campaign.client.post(self.paths[person], {"do": button, **fields}, follow=True))

    def now(self) -> DeliveryRow:
        return DeliveryRow.objects.get(id=self.id)

    def story(self) -> list[tuple[str, str]]:
        return [(one.actor, one.kind) for one in events.events_of(events.of_delivery(self.id))]


@pytest.fixture(autouse=True)
def forgiving(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet, "GUESSES", Guesses())


@pytest.fixture
def secret_link(opened: Campaign) -> SecretLink:
    return SecretLink(opened)


def changed(campaign: Campaign, monkeypatch: pytest.MonkeyPatch, **update: object) -> None:
    """The same install with other settings, as far as this page is concerned."""
    install = replace(campaign.install, settings=campaign.install.settings.model_copy(update=update))
    monkeypatch.setattr(frame, "open_install", lambda *_: install)
    frame.install.cache_clear()


@pytest.fixture
def unread(opened: Campaign, monkeypatch: pytest.MonkeyPatch) -> Campaign:
    """The same with X by hand and no budget: Amplifier may not look there."""
    known = opened.install.settings.accounts
    accounts_ = tuple(one.model_copy(update={"hand_off": one.platform == "x"}) for one in known)
    changed(opened, monkeypatch, accounts=accounts_)
    return opened


def x_id(seconds: float) -> int:
    """The number that X gives a post made so many seconds from now."""
    made = utc_now() + timedelta(seconds=seconds)
    return (int(made.timestamp() * 1000) - EPOCH_MS) << 22


def know_did() -> None:
    """Bluesky has told us which account is ours."""
    AccountRow.objects.filter(label="bluesky").update(remote_id=f"did:plc:{'a' * 24}")


def test_the_page_has_all_that_it_takes_to_post(secret_link: SecretLink) -> None:
    page = secret_link.get()
    assert (page.status, page.truth) == (200, "Please post this on Bluesky.")
    assert secret_link.row.text.split("\n")[0] in page.text
    assert "left" in page.text
    assert [one["value"] for one in page.named("button") if "value" in one] == ["take", "pretend", "posted"]
    assert page.response.headers["Referrer-Policy"] == "no-referrer"
    assert list(page.response.cookies) == []


def test_looking_changes_nothing(secret_link: SecretLink) -> None:
    before = secret_link.story()
    for _ in range(3):
        secret_link.get()
        secret_link.campaign.client.head(secret_link.paths["anna"])
        secret_link.campaign.get(secret_link.paths["anna"] + "?do=take")
    assert secret_link.story() == before


def test_live_its_button_opens_the_networks_own_composer_with_the_words(
    opened: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = {name: SecretLink(opened, account=name, slot="go") for name in ("x", "bluesky", "mastodon")}
    changed(opened, monkeypatch, mode=Mode.LIVE)
    hosts = {"x": "x.com", "bluesky": "bsky.app", "mastodon": "social.example"}
    for name, secret_link in found.items():
        (link,) = [one for one in secret_link.get().links() if hosts[name] in one]
        assert parse_qs(urlsplit(link).query)["text"] == [secret_link.row.text]
        assert '<b>Now</b> & "then"' in secret_link.row.text
        assert "<b>Now</b>" not in secret_link.get().html
        assert "pretend" not in secret_link.get().html


def test_whoever_is_on_it_says_so_and_the_next_one_reads_it(secret_link: SecretLink) -> None:
    assert secret_link.press("take").truth == "You are on it: post this on Bluesky."
    assert secret_link.story()[-1] == ("hand:anna", "taken")
    assert secret_link.press("take").truth == "You are on it: post this on Bluesky."
    assert sum(kind == "taken" for _, kind in secret_link.story()) == 1


def test_two_people_at_once_and_one_of_them_is_on_it(secret_link: SecretLink) -> None:
    secret_link.ask("bo")
    assert secret_link.press("take", "anna").truth == "bo has been asked instead. Leave it to them."
    assert secret_link.press("take", "bo").truth == "You are on it: post this on Bluesky."
    assert secret_link.press("take", "anna").truth == "bo is on it. You need do nothing."
    assert [one for one in secret_link.story() if one[1] == "taken"] == [("hand:bo", "taken")]


def test_somebody_who_is_asked_again_may_use_the_older_link(secret_link: SecretLink) -> None:
    older = secret_link.paths["anna"]
    secret_link.ask("bo")
    secret_link.ask("anna")
    assert secret_link.campaign.get(older).truth == "Please post this on Bluesky."
    Page(secret_link.campaign.client.post(older, {"do": "take"}))
    assert secret_link.get("anna").truth == "You are on it: post this on Bluesky."


def test_posted_without_a_link_lets_somebody_look(secret_link: SecretLink) -> None:
    page = secret_link.press("posted")
    assert page.truth == "Thank you. We are looking for it on Bluesky."
    assert (secret_link.now().state, secret_link.now().reason) == ("unsure", DoubtReason.BY_HAND)
    assert [one.get("content") for one in page.named("meta") if one.get("http-equiv") == "refresh"] == ["3"]
    secret_link.press("posted")
    assert sum(kind == "to be looked for" for _, kind in secret_link.story()) == 1


def test_what_came_of_the_look_is_on_the_page(secret_link: SecretLink) -> None:
    secret_link.press("posted")
    secret_link.put(
        state="held", reason=HoldReason.HAND_OFF, detail="Somebody said that it is posted, but we do not see it."
    )
    assert "We looked and do not see it yet. Paste its link, or post it." in secret_link.get().text
    secret_link.put(state="sent", reason="", detail="", remote_id="at://us/1", url=f"{STAGE}/profile/us/post/1")
    page = secret_link.get()
    assert page.truth == "It is out on Bluesky. There is nothing left to do."
    assert f"{STAGE}/profile/us/post/1".replace("127.0.0.1", "localhost") in page.links()


def test_a_pasted_link_is_given_to_the_worker_to_look_at(secret_link: SecretLink) -> None:
    rkey = "3" * 13
    know_did()
    page = secret_link.press("posted", link=f"{STAGE}/profile/labfreemvmt.example/post/{rkey}")
    assert page.truth == "Thank you. We are looking at your link."
    assert secret_link.story()[-1] == ("hand:anna", "link given")
    assert secret_link.now().state == "held"


@pytest.mark.parametrize(
    "link",
    ["https://evil.example/profile/labfreemvmt.example/post/3333333333333", "javascript:alert(1)", "x" * 600, "hello",
     f"{STAGE}/profile/other.example/post/3333333333333", f"{STAGE}/profile/labfreemvmt.example", "<script>"],
)  # fmt: skip
def test_anything_but_a_link_to_our_own_post_is_refused_with_a_sentence(secret_link: SecretLink, link: str) -> None:
    know_did()
    before = secret_link.now().fence
    page = secret_link.press("posted", link=link)
    assert page.status == 422
    assert any(one.get("role") == "alert" for one in page.named("p"))
    assert page.html.count("<script>") == 1
    assert (secret_link.now().state, secret_link.now().fence) == ("held", before)


def test_where_amplifier_may_not_look_the_link_itself_has_to_do(unread: Campaign) -> None:
    secret_link = SecretLink(unread, account="x")
    PostRow.objects.update(due_at=utc_now() - timedelta(minutes=1))
    assert "Paste the link of your post" in secret_link.press("posted").text
    page = secret_link.press("posted", link=f"{STAGE}/labfreemvmt/status/{x_id(-3600)}")
    assert "which is before its time" in page.text
    number = x_id(0)
    page = secret_link.press("posted", link=f"{STAGE}/labfreemvmt/status/{number}")
    assert page.truth == "It is out on X. There is nothing left to do."
    assert (secret_link.now().remote_id, secret_link.now().by_hand) == (str(number), True)
    assert secret_link.story()[-1] == ("hand:anna", "found by hand")


def test_a_used_link_belongs_to_its_own_post(unread: Campaign) -> None:
    first, second = SecretLink(unread, account="x"), SecretLink(unread, account="x", slot="soon")
    number = x_id(86_400 * 2)
    overrides.adopt(first.id, Receipt(str(number), "u"), actor="hand:bo", now=utc_now())
    page = second.press("posted", link=f"{STAGE}/labfreemvmt/status/{number}")
    assert "belongs to another post of the campaign" in page.text
    assert second.now().state == "held"


def test_a_second_post_of_the_same_is_an_alert(unread: Campaign) -> None:
    secret_link = SecretLink(unread, account="x")
    number = x_id(86_400 * 2)
    link = f"{STAGE}/labfreemvmt/status/{number}"
    overrides.adopt(secret_link.id, Receipt(str(number), link), actor="hand:bo", now=utc_now())
    assert secret_link.press("posted", link=link).truth.startswith("It is out on X.")
    page = secret_link.press("posted", link=f"{STAGE}/labfreemvmt/status/{number + 1}")
    assert "it is out twice: delete yours" in page.text
    assert secret_link.story()[-1] == ("hand:anna", "perhaps twice")


def test_what_is_missed_must_not_be_posted_any_more_but_can_be_said(secret_link: SecretLink) -> None:
    secret_link.put(state="missed", too_late_at=utc_now() - timedelta(minutes=1))
    page = secret_link.get()
    assert page.truth == "It is too late for this one. Do not post it any more."
    assert "I have posted it already" in page.text
    assert secret_link.press("posted").truth.startswith("Thank you. We are looking for it")


def test_while_sending_is_stopped_the_page_says_not_to_post(secret_link: SecretLink) -> None:
    stops.stop(reason="The wrong words went out.", actor="cli:anna", now=utc_now(), by_person=True)
    page = secret_link.get()
    assert page.truth == "Do not post this now. Sending is stopped."
    assert "The wrong words went out." in page.text
    assert "I am on it" not in page.text


@pytest.mark.parametrize(
    ("scope", "where"), [("account:bluesky", "Sending on bluesky"), ("tag:lab23", "Sending of posts with #lab23")]
)
def test_a_stop_of_its_account_or_tag_reaches_the_page_and_whoever_posted_can_still_say_so(
    secret_link: SecretLink, scope: str, where: str
) -> None:
    secret_link.put(text=f"{secret_link.row.text} #LAB23")
    stops.stop(reason="Account hacked.", actor="cli:ola", now=utc_now(), scope=scope, by_person=True)
    page = secret_link.get()
    assert page.truth == f"Do not post this now. {where} is stopped."
    assert "Account hacked." in page.text
    assert [one["value"] for one in page.named("button") if "value" in one] == ["posted"]
    for button in ("take", "pretend"):
        assert secret_link.press(button).truth == page.truth
    assert "taken" not in [kind for _, kind in secret_link.story()]
    assert secret_link.press("posted").truth == "Thank you. We are looking for it on Bluesky."


@pytest.mark.parametrize("note", ["Stopped on the command line, without a reason.", "Somebody pressed the stop link."])
def test_a_note_of_the_services_own_is_not_for_whoever_posts_by_hand(secret_link: SecretLink, note: str) -> None:
    pull([secret_link.campaign.install.var], reason=" ", note=note, actor="cli:anna", now=utc_now())
    for _ in ("by file and database", "by the database alone"):
        page = secret_link.get()
        assert page.truth == "Do not post this now. Sending is stopped."
        assert note not in page.text
        secret_link.campaign.install.stop_file.unlink(missing_ok=True)


def test_a_stop_of_something_else_keeps_nobody_from_it(secret_link: SecretLink) -> None:
    for scope in ("account:x", "tag:elsewhere"):
        stops.stop(reason="Other.", actor="cli:ola", now=utc_now(), scope=scope)
    assert secret_link.press("take").truth == "You are on it: post this on Bluesky."


def test_a_link_of_an_earlier_round_is_not_an_secret_link_of_this_one(secret_link: SecretLink) -> None:
    secret_link.press("take")
    secret_link.put(state="queued", reason="")
    assert holds.hold_blocked(now=utc_now(), by_hand=["bluesky"]) == (secret_link.id,)
    assert secret_link.press("take").truth == "Do not post this now: something else holds it back."
    secret_link.ask("bo")
    assert secret_link.get("anna").truth == "bo has been asked instead. Leave it to them."
    assert secret_link.press("take", "bo").truth == "You are on it: post this on Bluesky."


def test_what_the_plan_no_longer_wants_is_not_to_be_posted(secret_link: SecretLink) -> None:
    secret_link.put(state="dropped", reason="by hand")
    assert secret_link.get().truth == "This post is no longer wanted. Do not post it."
    secret_link.put(state="queued", reason="")
    assert secret_link.get().truth == "Do not post this now: something else holds it back."
    assert secret_link.press("take").truth == "Do not post this now: something else holds it back."


def test_a_revoked_address_leads_nowhere(secret_link: SecretLink) -> None:
    secret_links.revoke_secret_links(kind=LinkKind.HAND_OFF, actor="cli:anna", now=utc_now())
    assert secret_link.get().status == 404
    assert secret_link.press("take").status == 404


def test_without_the_pretend_networks_a_rehearsal_says_so(secret_link: SecretLink) -> None:
    page = secret_link.press("pretend")
    assert "The pretend networks do not answer" in page.text


def test_a_form_needs_no_token_and_no_cookie(secret_link: SecretLink) -> None:
    answer = secret_link.campaign.client.post(secret_link.paths["anna"], {"do": "take"}, headers={"origin": "null"})
    assert answer.status_code == 302
    assert Path(answer["Location"]).name == Path(secret_link.paths["anna"]).name


class Several:
    """What one person was asked for in one message: the same post on three networks."""

    def __init__(self, campaign: Campaign) -> None:
        self.secret_links = [SecretLink(campaign, account=name, slot="go") for name in ("x", "bluesky", "mastodon")]
        SecretLinkRow.objects.all().delete()
        token = secrets.token_urlsafe(32)
        asks = [HandOffRequest(one.id, "anna", 0) for one in self.secret_links]
        draft = Draft("several", Topic.HAND_OFF, "Please post.")
        assert secret_links.ask(asks, draft, token=token, link="sealed:x", now=utc_now())
        for one, end in zip(self.secret_links, ("", "-2", "-3"), strict=True):
            one.paths = {"anna": f"/h/{token}{end}"}

    def listed(self, number: int = 0) -> list[str]:
        """What a page says of each."""
        shown = re.findall(r"<li>(.*?)</li>", self.secret_links[number].get().html, re.DOTALL)
        return [" ".join(unescape(re.sub(r"<[^>]*>", " ", one)).split()) for one in shown]

    def truths(self) -> list[str]:
        return [one.get().truth for one in self.secret_links]


@pytest.fixture
def several(opened: Campaign) -> Several:
    return Several(opened)


def test_each_page_of_one_message_leads_to_all_the_others(several: Several) -> None:
    names = [Path(one.paths["anna"]).name for one in several.secret_links]
    for number, one in enumerate(several.secret_links):
        links = [link for link in one.get().named("a") if "/" not in link["href"] and link["href"] != "#main"]
        assert [link["href"] for link in links] == names
        assert [link.get("aria-current") for link in links] == ["page" if n == number else None for n in range(3)]
    assert several.listed() == ["X to do", "Bluesky to do", "Mastodon to do"]


def test_whoever_was_asked_for_one_sees_no_list(secret_link: SecretLink) -> None:
    assert secret_link.get().named("nav") == []
    assert "I am on it" in secret_link.get().text


def test_whoever_is_on_it_is_on_all_of_it(several: Several) -> None:
    assert "I am on all 3" in several.secret_links[1].get().text
    several.secret_links[1].press("take")
    assert [truth.partition(":")[0] for truth in several.truths()] == ["You are on it"] * 3


def test_whoever_is_on_the_rest_does_not_take_what_others_have_or_what_is_stopped(several: Several) -> None:
    x, bluesky, mastodon = several.secret_links
    bluesky.ask("bo")
    bluesky.press("take", "bo")
    stops.stop(reason="Other.", actor="cli:ola", now=utc_now(), scope="account:mastodon")
    assert several.listed() == ["X to do", "Bluesky bo is on it", "Mastodon stopped"]
    assert "I am on it" in x.get().text
    x.press("take")
    assert [one.story()[-1] for one in (x, bluesky)] == [("hand:anna", "taken"), ("hand:bo", "taken")]
    assert "taken" not in [kind for _, kind in mastodon.story()]


def test_after_each_the_page_leads_to_the_next(several: Several) -> None:
    x, bluesky, mastodon = several.secret_links

    def leads_to(one: SecretLink) -> list[str]:
        return [link["href"] for link in one.get().named("a") if link.get("class") == "button main"]

    assert leads_to(x) == []
    bluesky.press("posted")
    assert several.listed() == ["X to do", "Bluesky being checked", "Mastodon to do"]
    assert leads_to(bluesky) == [Path(x.paths["anna"]).name]
    x.put(state="sent", reason="", detail="", remote_id="1", url=f"{STAGE}/us/status/1")
    assert leads_to(bluesky) == leads_to(x) == [Path(mastodon.paths["anna"]).name]
    assert x.get().truth == "It is out on X."
    mastodon.put(state="missed", too_late_at=utc_now() - timedelta(minutes=1))
    assert several.listed() == ["X ✓ sent", "Bluesky being checked", "Mastodon ✕ missed"]
    assert leads_to(x) == []
    assert x.get().truth == "It is out on X. There is nothing left to do."


def test_different_posts_of_one_message_are_told_apart_by_their_words(several: Several) -> None:
    hello = DeliveryRow.objects.get(post__slot="hello", account__label="mastodon")
    SecretLinkRow.objects.filter(delivery=several.secret_links[2].id).update(delivery=hello)
    shown = several.listed()
    assert shown[0].startswith("X ")
    assert "<b>Now</b>" in shown[0]
    assert " ".join(hello.text.split()) in shown[2]


def to_delete(secret_link: SecretLink) -> DeliveryRow:
    """The secret link is to delete a post that is out; that post's row."""
    out = DeliveryRow.objects.exclude(id=secret_link.id).filter(account__label="bluesky").first()
    assert out is not None
    url = f"{STAGE}/profile/us/post/7"
    DeliveryRow.objects.filter(id=out.pk).update(state="sent", remote_id="7", url=url, remote_state="live")
    secret_link.put(verb="delete", text="", target="7", revision=1)
    return out


def test_whoever_is_asked_to_delete_a_post_sees_it_and_says_that_it_is_gone(secret_link: SecretLink) -> None:
    out = to_delete(secret_link)
    page = secret_link.get()
    assert page.truth == "Please delete this post on Bluesky."
    assert out.text.split("\n")[0] in page.text
    assert "Post it" not in page.text
    page = secret_link.press("done")
    assert page.truth == "It is deleted on Bluesky. Thank you."
    assert (secret_link.now().state, secret_link.now().by_hand) == ("sent", True)
    assert DeliveryRow.objects.get(id=out.pk).remote_state == "withdrawn"
    assert secret_link.story()[-1] == ("hand:anna", "done by hand")
    assert secret_link.press("done").status == 200


def test_a_deletion_goes_on_while_sending_is_stopped_and_takes_no_link(secret_link: SecretLink) -> None:
    to_delete(secret_link)
    stops.stop(reason="Wrong words.", actor="cli:anna", now=utc_now())
    assert secret_link.get().truth == "Please delete this post on Bluesky."
    secret_link.press("posted", link=f"{STAGE}/profile/us/post/3kaaaaaaaaaaa")
    secret_link.press("pretend")
    assert secret_link.now().state == "held"
    assert [kind for _, kind in secret_link.story()][-1] == "taken"


@pytest.mark.parametrize(
    ("state", "truth"), [("missed", "a day ago"), ("dropped", "nothing left"), ("unsure", "Do nothing")]
)
def test_a_deletion_that_waits_for_no_hand_says_so(secret_link: SecretLink, state: str, truth: str) -> None:
    to_delete(secret_link)
    secret_link.put(state=state)
    assert truth in secret_link.get().truth


def test_whoever_posted_what_is_not_wanted_any_more_is_told_to_delete_it_and_so_is_the_team(
    secret_link: SecretLink,
) -> None:
    know_did()
    secret_link.put(state="dropped", reason="withdrawn")
    page = secret_link.press("posted", link=f"{STAGE}/profile/labfreemvmt.example/post/3kaaaaaaaaaaa")
    assert (page.status, "delete it there" in page.text) == (422, True)
    assert secret_link.story()[-1] == ("hand:anna", "perhaps twice")
    assert "delete it there" in secret_link.press("posted").text
