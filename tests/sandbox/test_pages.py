from __future__ import annotations

import hmac
from typing import Any

import pytest

from amplifier.sandbox.pages import is_loopback
from tests.sandbox.conftest import TOKEN
from tests.waiting import HANG_S

pytestmark = pytest.mark.program


def test_each_post_has_a_page_at_the_networks_own_path(door: Any, x: Any, bluesky: Any, mastodon: Any) -> None:
    number = x.create_tweet(text="Pretend words on X")["data"]["id"]
    bluesky.put("Pretend words on Bluesky")
    toot = mastodon.status_post("Pretend words on Mastodon")
    for path, words in (
        (f"/labfreemvmt/status/{number}", "Pretend words on X"),
        ("/profile/labfreemvmt.example/post/3lxyzabcdef2a", "Pretend words on Bluesky"),
        (f"/@labfreemvmt/{toot.id}", "Pretend words on Mastodon"),
        ("/labfreemvmt", "Pretend words on X"),
        ("/profile/labfreemvmt.example", "Pretend words on Bluesky"),
        ("/@labfreemvmt", "Pretend words on Mastodon"),
        ("/@labfreemvmt@social.example", "Pretend words on Mastodon"),
    ):
        answer = door.plain.get(door.base + path, timeout=HANG_S)
        assert (answer.status_code, words in answer.text) == (200, True), path
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"


def test_a_deleted_post_has_no_page_and_an_edited_one_says_so(door: Any, mastodon: Any) -> None:
    first, second = mastodon.status_post("Gone soon"), mastodon.status_post("Wrogn")
    mastodon.status_delete(first.id)
    assert door.plain.get(f"{door.base}/@labfreemvmt/{first.id}", timeout=HANG_S).status_code == 404
    assert "edited" not in door.plain.get(f"{door.base}/@labfreemvmt", timeout=HANG_S).text.replace(
        'class="edited"', ""
    )
    mastodon.status_update(second.id, "Right")
    for path in (f"/@labfreemvmt/{second.id}", "/@labfreemvmt"):
        page = door.plain.get(f"{door.base}{path}", timeout=HANG_S).text
        assert '<span class="edited"> · edited</span>' in page
        assert "Right" in page
        assert "Gone soon" not in page


def test_what_nobody_said_is_404(door: Any) -> None:
    for path in ("/labfreemvmt/status/1", "/profile/a.example/post/b", "/@a/1", "/a/1", "/@a", "/a", "/profile/a"):
        assert door.plain.get(door.base + path, timeout=HANG_S).status_code == 404


def test_the_bare_address_leads_to_the_wall(door: Any) -> None:
    answer = door.plain.get(door.base, timeout=HANG_S)
    assert answer.url == f"{door.base}/wall"
    assert "REHEARSAL" in answer.text
    assert door.plain.get(f"{door.base}/wall/assets/odd.css", timeout=HANG_S).status_code == 404


def wish(door: Any, name: str, **headers: str) -> Any:
    return door.plain.post(f"{door.base}/wall/wish/{name}", headers=headers, timeout=HANG_S)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Wall": "1"},
        {"X-Wall": "1", "Origin": "https://elsewhere.example"},
        {"X-Wall": "1", "Origin": "null"},
        {"X-Wall": "0", "Origin": "http://127.0.0.1"},
        {"X-Wall": "word", "Origin": "https://elsewhere.example"},
        {"X-Wall": "word"},
        {"X-Wall": "1", "Origin": "http://127.0.0.1"},
        {"X-Wall": "word", "Origin": "http://127.0.0.1", "Host": "elsewhere.example"},
    ],
)
def test_only_the_wall_itself_may_wish(door: Any, headers: dict[str, str]) -> None:
    headers = {name: door.wish_word() if value == "word" else value for name, value in headers.items()}
    assert wish(door, "debate_slips", **headers).status_code == 403
    assert door.get("wishes") == []


def test_a_wish_answers_with_a_sentence(door: Any) -> None:
    wall = {"X-Wall": door.wish_word(), "Origin": door.base}
    assert wish(door, "debate_slips", **wall).json()["sentence"]
    assert wish(door, "odd", **wall).status_code == 404
    assert [found["name"] for found in door.get("wishes")] == ["debate_slips"]


def test_x_stops_by_itself_for_one_post(door: Any) -> None:
    answer = wish(door, "x_stops", **{"X-Wall": door.wish_word(), "Origin": "http://localhost:1234"})
    assert answer.json()["sentence"].startswith("X ")
    assert door.get("wishes") == []
    found = door.get("faults")[0]
    assert (found["network"], found["operation"], found["kind"], found["times"]) == ("x", "publish", "hang", 1)
    state = door.plain.get(f"{door.base}/wall/state", timeout=HANG_S).json()
    assert [network["answering"] for network in state["networks"]] == [False, True, True]


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("10.0.0.1", False),
        ("localhost.example", False),
        ("", False),
    ],
)
def test_loopback_is_this_computer(host: str, expected: bool) -> None:  # noqa: FBT001 - a table of cases
    assert is_loopback(host) is expected


def test_what_is_private_is_on_no_page_and_not_on_the_wall(door: Any, x: Any, mastodon: Any) -> None:
    number, toot = x.create_tweet(text="Ask us")["data"]["id"], mastodon.status_post("Ask us")
    said = [
        door.say("mastodon", "@labfreemvmt@social.example psst", visibility="direct"),
        door.say("mastodon", "@labfreemvmt@social.example psst", visibility="private"),
        door.say("mastodon", "psst", in_reply_to=toot.id, visibility="direct"),
        door.say("x", "@labfreemvmt psst", "brook", visibility="private"),
        door.say("x", "psst", "brook", in_reply_to=number, visibility="private"),
    ]
    open_one = door.say("mastodon", "For all to see", in_reply_to=toot.id, visibility="unlisted")
    for one in said:
        assert door.plain.get(door.base + one["page"], timeout=HANG_S).status_code == 404
    assert door.plain.get(door.base + open_one["page"], timeout=HANG_S).status_code == 200
    shown = [f"/@labfreemvmt/{toot.id}", f"/labfreemvmt/status/{number}", "/@brook.example", "/brook", "/wall/state"]
    for path in shown:
        page = door.plain.get(door.base + path, timeout=HANG_S)
        assert (page.status_code, "psst" in page.text) == (200, False), path
    assert "For all to see" in door.plain.get(f"{door.base}/wall/state", timeout=HANG_S).text


def test_on_bluesky_pages_are_found_by_did_too(door: Any, bluesky: Any) -> None:
    bluesky.put("Pretend words on Bluesky")
    for path in (f"/profile/{bluesky.did}/post/3lxyzabcdef2a", f"/profile/{bluesky.did}"):
        assert "Pretend words on Bluesky" in door.plain.get(door.base + path, timeout=HANG_S).text
    assert door.plain.get(f"{door.base}/profile/did:plc:nobody", timeout=HANG_S).status_code == 404


@pytest.mark.parametrize("path", ["/", "/wall", "/wall/state", "/wall/live", "/wall/assets/wall.js", "/@a", "/_/world"])
@pytest.mark.parametrize("host", ["elsewhere.example", "elsewhere.example:80", "127.0.0.1.elsewhere.example", "", "["])
def test_under_another_name_nothing_is_answered(door: Any, path: str, host: str) -> None:
    answer = door.plain.get(door.base + path, headers={"Host": host}, timeout=HANG_S, allow_redirects=False)
    assert (answer.status_code, "own name" in answer.text) == (403, True)


def test_it_proves_that_it_knows_the_token_without_telling_it(door: Any) -> None:
    first, second = (door.plain.get(f"{door.base}/wall/proof/{word}", timeout=HANG_S).text for word in ("a", "b"))
    assert first == hmac.new(TOKEN.encode(), b"wall:a", "sha256").hexdigest() != second
    assert door.wish_word() not in (first, second, door.plain.get(f"{door.base}/wall/proof/wish", timeout=HANG_S).text)
