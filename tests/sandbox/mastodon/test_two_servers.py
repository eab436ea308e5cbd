"""The same handle on two Mastodon servers is two accounts; the same handle asked of two hosts elsewhere is one."""

from __future__ import annotations

from typing import Any

import pytest
from mastodon import Mastodon
from mastodon.errors import MastodonNotFoundError

from amplifier.sandbox.nouns import Network
from tests.waiting import HANG_S

HOME, AWAY = "pretend-labfreemvmt@social.example", "pretend-LabFreeMvmt@Other.example"


@pytest.fixture
def here(base: str) -> Any:
    return _client(base, HOME)


@pytest.fixture
def there(base: str) -> Any:
    return _client(base, AWAY)


def _client(base: str, token: str) -> Mastodon:
    return Mastodon(access_token=token, api_base_url=base, version_check_mode="none", ratelimit_method="throw")


def test_each_has_a_name_an_id_and_a_page_of_its_own(here: Any, there: Any, base: str, door: Any) -> None:
    one, other = here.me(), there.me()
    assert (one.acct, other.acct) == ("labfreemvmt", "labfreemvmt")  # a server calls its own by their name alone
    assert one.id != other.id
    assert (one.url, other.url) == (f"{base}/@labfreemvmt", f"{base}/@labfreemvmt@other.example")
    assert one.display_name == other.display_name == "Labour Campaign for Free Movement"
    there.status_post("Only there")
    assert "Only there" in door.plain.get(other.url, timeout=HANG_S).text
    assert "Only there" not in door.plain.get(one.url, timeout=HANG_S).text


def test_a_name_without_a_server_is_the_account_that_it_always_was(mastodon: Any, here: Any) -> None:
    assert mastodon.me().id == here.me().id


def test_the_same_words_on_both_are_nothing_twice(here: Any, there: Any, door: Any) -> None:
    for client in (here, there):
        client.status_post("Vote at 14:40.", idempotency_key="k")
    found = door.get("world")
    assert [row["account"] for row in found["posts"]] == ["labfreemvmt", "labfreemvmt@other.example"]
    assert (found["counts"]["mastodon"], found["counts"]["twice"]) == (2, 0)
    shown = door.plain.get(f"{door.base}/wall/state", timeout=HANG_S).json()
    column = next(one for one in shown["networks"] if one["id"] == "mastodon")
    assert [card["handle"] for card in column["posts"]] == ["labfreemvmt@other.example", "labfreemvmt@social.example"]
    there.status_post("Vote at 14:40.")
    assert door.get("world")["counts"]["twice"] == 1


def test_each_finds_and_deletes_its_own_posts_alone(here: Any, there: Any) -> None:
    made = here.status_post("Mine")
    assert there.account_statuses(there.me().id) == []
    assert [post.id for post in here.account_statuses(here.me().id)] == [made.id]
    with pytest.raises(MastodonNotFoundError):
        there.status_delete(made.id)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("A question to @labfreemvmt@social.example.", (1, 0)),
        ("A question to @LabFreeMvmt@other.example.", (0, 1)),
        ("A question to @labfreemvmt@other.example and @labfreemvmt@social.example.", (1, 1)),
        ("A question to @labfreemvmt.", (0, 0)),  # whoever that is on the author's own server
    ],
)
def test_a_mention_reaches_the_account_that_it_names(
    here: Any, there: Any, door: Any, words: str, told: tuple[int, int]
) -> None:
    here.me(), there.me()
    door.say("mastodon", words, handle="brook@meadow.example")
    assert (len(here.notifications()), len(there.notifications())) == told


def test_a_name_alone_means_somebody_on_the_authors_server(here: Any, there: Any, door: Any) -> None:
    here.me(), there.me()
    door.say("mastodon", "Good morning @labfreemvmt", handle="brook@other.example")
    assert here.notifications() == []
    (notice,) = there.notifications()
    assert (notice.account.acct, notice.status.mentions[0].acct) == ("brook", "labfreemvmt")
    assert f"{door.base}/@labfreemvmt@other.example" in notice.status.content
    posted = there.status_post("Thank you, @brook")
    assert [who.url for who in posted.mentions] == [f"{door.base}/@brook@other.example"]


def test_an_answer_reaches_whom_it_answers(here: Any, there: Any, door: Any) -> None:
    here.me()
    made = there.status_post("Vote at 14:40.")
    door.say("mastodon", "Which room is it in?", handle="brook@meadow.example", in_reply_to=str(made.id))
    assert (len(here.notifications()), len(there.notifications())) == (0, 1)


def test_a_server_says_which_it_is_and_numbers_posts_by_its_name(here: Any, there: Any) -> None:
    assert (here.instance_v2().domain, there.instance_v2().domain) == ("social.example", "other.example")
    assert there.status_post("Once").uri.startswith("https://other.example/users/labfreemvmt/statuses/")


def test_two_names_on_one_server_are_two_accounts(there: Any, base: str, door: Any) -> None:
    north = _client(base, "pretend-labfreenorth@other.example")
    there.me()
    made = north.status_post("Together with @labfreemvmt")
    assert (north.me().acct, made.account.acct) == ("labfreenorth", "labfreenorth")
    assert len(there.notifications()) == 1
    assert door.get("world")["counts"]["mastodon"] == 1


def test_somebody_posts_by_hand_with_the_account_of_the_right_server(there: Any, door: Any) -> None:
    made = door.say("mastodon", "By hand", handle="@LabFreeMvmt@other.example", ours=True)
    assert made["page"] == f"/@labfreemvmt@other.example/{made['remote_id']}"
    assert [str(post.id) for post in there.account_statuses(there.me().id)] == [made["remote_id"]]


def test_the_public_names_the_account_that_it_speaks_to(there: Any, door: Any) -> None:
    there.status_post("Vote at 14:40. #Lab23")
    door.post("public", per_minute=6000, stop_at=20, seed=3)
    with door.plain.get(f"{door.base}/wall/live", stream=True, timeout=HANG_S) as live:
        for _ in live.iter_lines():
            if door.get("public")["spoken"] == 20:
                break
    said = [row for row in door.posts("mastodon") if not row["ours"]]
    named = {name for row in said for name in row["mentions"] if name.startswith("labfreemvmt")}
    assert named == {"labfreemvmt@other.example"}
    assert there.notifications() != []


def test_elsewhere_a_handle_is_one_account_however_it_is_cased(sandbox: Any) -> None:
    for network, handle in ((Network.X, "labfreemvmt"), (Network.BLUESKY, "labfreemvmt.example")):
        made = sandbox.world.people.account(network, handle)
        assert made.server == ""
        assert sandbox.world.people.account(network, handle) == made
