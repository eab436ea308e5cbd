from __future__ import annotations

import html
import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

import pytest
import segno

from amplifier.campaign.delivery import DeliveryView, Receipt, RemoteState, State, Verb
from amplifier.campaign.post import WantedPost
from amplifier.cli.show.sheet import LARGEST_MM, MODULE_MM, SMALLEST_MM, code, composer, sheet
from amplifier.schedule import files
from amplifier.schedule.program import read_program, wanted_posts
from amplifier.settings import Settings, load
from amplifier.store import delivery_views
from tests.cli.conftest import Shell

ALL = ("--from", "2023-09-24")
ADDRESS = "http://127.0.0.1:8900/labfreemvmt/status/17"
ONE_DAY = ("--from", "2023-10-08", "--to", "2023-10-08")
TEXT = '<script>alert(1)</script> "quoted" & <img src=x onerror=alert(2)> \u202egnp https://evil.example/?a=1&b=2'


def _written(shell: Shell, *words: str) -> str:
    path = shell.home / "sheet.html"
    said = shell("plan", "--sheet", str(path), *words)
    assert said.code == 0, said
    assert str(path) in said.out
    return path.read_text(encoding="utf-8")


def _posts(shell: Shell, settings: Settings) -> list[WantedPost]:
    """The first two; codes for all of them take a while."""
    return wanted_posts(read_program(files.sources(shell.home), settings))[:2]


def _cards(page: str) -> list[str]:
    return re.findall(r'<article class="card">.*?</article>', page, re.DOTALL)


def test_every_post_on_every_account_is_on_it_in_its_exact_words(unstarted: Shell) -> None:
    page = _written(unstarted, *ALL)
    plan = unstarted.ask("plan", *ALL)
    cards = _cards(page)
    wanted = [(post, one) for post in plan["posts"] for one in post["deliveries"]]
    assert len(cards) == len(wanted) == 145
    texts = [html.unescape(re.search(r'class="text">(.*?)</p>', card, re.DOTALL)[1]) for card in cards]  # type: ignore[index]
    assert texts == [one["text"] for _, one in wanted]
    for card, (post, one) in zip(cards, wanted, strict=True):
        assert f">{post['wall_time'][11:16]}</p>" in card
        assert f"{one['used']} of {one['limit']}" in card
        link = html.unescape(re.search(r'<a href="([^"]+)"', card)[1])  # type: ignore[index]
        assert unquote(re.split(r"text=", link)[1]) == one["text"]
        assert "<svg" in card
        assert 'aria-label="Box to tick"' in card
    assert "Liverpool\u2019s (Europe/London)" in page
    assert "amplifier confirm" in page
    assert "REHEARSAL" in page


def test_it_needs_nothing_from_anywhere_and_runs_nothing(unstarted: Shell) -> None:
    page = _written(unstarted, *ONE_DAY)
    assert "default-src 'none'" in page
    assert not re.search(r"<(script|link|img|iframe|object|base|form)\b|\bsrc=|url\(|@import|\bon\w+=", page)


def test_hostile_words_are_shown_and_do_nothing(unstarted: Shell) -> None:
    settings = load(unstarted.home)
    post = _posts(unstarted, settings)[0]
    hostile = replace(post, words=tuple(replace(said, text=TEXT) for said in post.words))
    page = sheet([hostile], (), settings, printed_at="now").decode()
    assert "<script" not in page
    assert "<img" not in page
    assert page.count(html.escape(TEXT).replace("&quot;", "&#34;").replace("&#x27;", "&#39;")) == len(post.words)


def test_the_days_choose_what_is_on_it(unstarted: Shell) -> None:
    page = _written(unstarted, *ONE_DAY)
    assert re.findall(r"<h2>(.*?) <", page) == ["Sunday 8 October 2023"]
    settings = unstarted.home / "settings.yaml"
    settings.write_text(settings.read_text().replace("last_day: 2023-10-11", "last_day: 2023-10-20"))
    assert "Nothing is planned on these days." in _written(unstarted, "--from", "2023-10-19", "--to", "2023-10-20")


def test_what_is_out_is_marked_with_its_address_and_has_no_code(shell: Shell) -> None:
    settings = load(shell.home)
    posts = _posts(shell, settings)
    first, second = delivery_views.views()[:2]
    rows = [
        replace(first, state=State.SENT, receipt=Receipt("17", ADDRESS)),
        replace(second, state=State.SENT, receipt=Receipt("18", "javascript:alert(1)")),
    ]
    cards = _cards(sheet(posts, rows, settings, printed_at="now").decode())
    assert f'✓ sent</b> <a href="{ADDRESS}">{ADDRESS}</a>' in cards[0]
    assert "✓ sent</b> javascript:alert(1)" in cards[1]
    for card in cards[:2]:
        assert "<svg" not in card
        assert "Box to tick" not in card


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        (State.UNSURE, "? unsure. It may be out already. Look at the account before you post it."),
        (State.SENDING, "◷ sending. It is being sent. Look at the account before you post it."),
        (State.HELD, "‖ held. It is held for a person. Ask before you post it."),
        (State.MISSED, "✕ missed. It was too late, so it was not sent. Ask before you post it."),
    ],
)
def test_what_must_not_simply_be_posted_says_so(shell: Shell, state: State, sentence: str) -> None:
    settings = load(shell.home)
    posts = _posts(shell, settings)
    row = replace(delivery_views.views()[0], state=state)
    assert sentence in _cards(sheet(posts, [row], settings, printed_at="now").decode())[0]


def test_the_ledgers_words_are_printed_and_what_it_left_out_is_not(shell: Shell) -> None:
    settings = load(shell.home)
    posts = _posts(shell, settings)
    first, second = delivery_views.views()[:2]
    rows = [replace(first, text="The words that go out"), replace(second, state=State.DROPPED)]
    cards = _cards(sheet(posts, rows, settings, printed_at="now").decode())
    assert "The words that go out" in cards[0]
    assert len(cards) == sum(len(post.words) for post in posts) - 1


def test_a_persons_own_post_stands_among_the_others_if_its_day_is_on_it(shell: Shell) -> None:
    shell("send", "Hello from the hall", "--to", "x", "--at", "2023-10-11 10:00", "--yes", "--wait", "0")
    assert "Hello from the hall" in _written(shell, "--from", "2023-10-11", "--to", "2023-10-11")
    assert "Hello from the hall" not in _written(shell, *ONE_DAY)


def test_on_mastodon_it_is_our_own_servers_composer(unstarted: Shell) -> None:
    account = load(unstarted.home).account("mastodon")
    assert composer(account, "a b#ü") == "https://social.example/share?text=a%20b%23%C3%BC"
    assert composer(account.model_copy(update={"api": ""}), "a") == "https://share.joinmastodon.org/#text=a"


@pytest.mark.parametrize("text", ["a", "We ask for free movement. " * 10, "ü" * 100, "📣" * 40])
def test_a_code_is_drawn_dot_by_dot_as_its_link_demands(text: str) -> None:
    link = f"https://x.com/intent/tweet?text={text}"
    made = code(link)
    assert made is not None
    assert SMALLEST_MM <= made.width <= LARGEST_MM
    wanted = segno.make_qr(link, error="l", boost_error=False, mode="byte", encoding="utf-8")
    side = len(wanted.matrix) + 8
    assert f'viewBox="0 0 {side} {side}"' in made.svg
    assert made.width >= round(side * MODULE_MM, 1)
    assert _dots(made.svg) == {
        (x + 4, y + 4) for y, row in enumerate(wanted.matrix) for x, dot in enumerate(row) if dot
    }


def _dots(svg: str) -> set[tuple[int, int]]:
    """The dark modules of a code's path: M begins, h draws to the right, m moves."""
    path = re.findall(r' d="([^"]+)"', svg)[-1]
    x = y = 0.0
    found = set()
    for letter, numbers in re.findall(r"([Mmh])([-\d. ]+)", path):
        values = [float(number) for number in numbers.split()]
        if letter == "h":
            found |= {(int(x) + step, int(y)) for step in range(int(values[0]))}
            x += values[0]
        else:
            x, y = (values[0], values[1]) if letter == "M" else (x + values[0], y + values[1])
    return found


def test_a_link_too_long_for_a_code_is_said_and_the_text_is_to_be_typed(unstarted: Shell) -> None:
    assert code("https://social.example/share?text=" + "a" * 1600) is None
    assert code("https://social.example/share?text=" + "a" * 5000) is None
    settings = load(unstarted.home)
    post = _posts(unstarted, settings)[0]
    long = replace(post, words=(replace(post.words[-1], text="移" * 490),))
    (card,) = _cards(sheet([long], (), settings, printed_at="now").decode())
    assert "The link is too long for a code. Open social.example and type the text." in card
    assert "<svg" not in card
    assert "share?text=" not in card


def test_where_it_cannot_be_written_nothing_is_left(unstarted: Shell, tmp_path: Path) -> None:
    sentence = unstarted.refused("plan", *ONE_DAY, "--sheet", str(tmp_path / "no such folder" / "sheet.html"))
    assert "cannot be written: No such file or directory. Nothing was left there." in sentence
    assert "is a folder. Name the file in it." in unstarted.refused("plan", *ONE_DAY, "--sheet", str(tmp_path))


def test_it_is_for_its_writers_eyes_alone(unstarted: Shell) -> None:
    _written(unstarted, *ONE_DAY)
    assert (unstarted.home / "sheet.html").stat().st_mode & 0o777 == 0o600


def test_what_was_corrected_stands_there_in_the_words_that_are_out(shell: Shell) -> None:
    settings = load(shell.home)
    posts = _posts(shell, settings)
    first = replace(
        delivery_views.views()[0], state=State.SENT, receipt=Receipt("17", ADDRESS), remote_state=RemoteState.EDITED
    )
    edit = _later(first, Verb.EDIT, "The words that are out now", state=State.SENT)
    page = sheet(posts, [first, edit], settings, printed_at="now").decode()
    card = _cards(page)[0]
    assert 'class="text">The words that are out now</p>' in card
    assert f'✓ corrected</b> <a href="{ADDRESS}">' in card
    assert "<svg" not in card
    assert "5 to post by hand, 1 out already." in page


def test_what_is_to_be_changed_is_out_and_says_what_follows(shell: Shell) -> None:
    settings = load(shell.home)
    posts = _posts(shell, settings)
    first = replace(
        delivery_views.views()[0], state=State.SENT, receipt=Receipt("17", ADDRESS), remote_state=RemoteState.LIVE
    )
    for later, words in (
        (_later(first, Verb.DELETE, ""), "It is to be deleted."),
        (_later(first, Verb.EDIT, "Better words"), "It is to be corrected."),
    ):
        page = sheet(posts, [first, later], settings, printed_at="now").decode()
        card = _cards(page)[0]
        assert html.escape(first.text).replace("&#x27;", "&#39;").replace("&quot;", "&#34;") in card
        assert words in card
        assert "✓ sent</b>" in card
        assert ("Better words" in card) is (later.identity.verb is Verb.EDIT)
        assert "5 to post by hand, 1 out already." in page


@pytest.mark.parametrize(
    ("remote", "sentence"),
    [
        (RemoteState.WITHDRAWN, "- withdrawn. We deleted it. Do not post it again."),
        (RemoteState.GONE, "✕ gone. It was deleted there, not by us. Ask before you post it again."),
    ],
)
def test_what_is_not_there_any_more_is_neither_sent_nor_to_be_posted(
    shell: Shell, remote: RemoteState, sentence: str
) -> None:
    settings = load(shell.home)
    posts = _posts(shell, settings)
    first = replace(delivery_views.views()[0], state=State.SENT, receipt=Receipt("17", ADDRESS), remote_state=remote)
    deletion = _later(first, Verb.DELETE, "", state=State.SENT)
    page = sheet(posts, [first, deletion], settings, printed_at="now").decode()
    card = _cards(page)[0]
    assert sentence in card
    for unwanted in ("✓", "Box to tick", "<svg", ADDRESS, "Posted at:"):
        assert unwanted not in card
    assert "5 to post by hand.</h1>" in page


def test_a_correction_that_could_not_follow_its_deletion_is_to_be_posted(shell: Shell) -> None:
    settings = load(shell.home)
    posts = _posts(shell, settings)
    first = replace(
        delivery_views.views()[0],
        state=State.SENT,
        receipt=Receipt("17", ADDRESS),
        remote_state=RemoteState.WITHDRAWN,
    )
    deletion = _later(first, Verb.DELETE, "", state=State.SENT)
    anew = _later(first, Verb.PUBLISH, "Better words")
    card = _cards(sheet(posts, [first, deletion, anew], settings, printed_at="now").decode())[0]
    assert "It stands for a post that we deleted." in card
    assert 'class="text">Better words</p>' in card
    assert "Box to tick" in card


def _later(first: DeliveryView, verb: Verb, text: str, *, state: State = State.QUEUED) -> DeliveryView:
    identity = replace(first.identity, verb=verb, revision=1)
    return replace(
        first, id=first.id + 1000, identity=identity, text=text, state=state, receipt=None, remote_state="", target="17"
    )
