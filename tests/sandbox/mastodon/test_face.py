from __future__ import annotations

import threading
from typing import Any

import pytest
from mastodon import Mastodon
from mastodon.errors import (
    MastodonAPIError,
    MastodonInternalServerError,
    MastodonNotFoundError,
    MastodonRatelimitError,
    MastodonUnauthorizedError,
)

from tests.sandbox.line import fault
from tests.waiting import HANG_S


def test_an_account_exists_as_soon_as_it_authenticates(mastodon: Any) -> None:
    me = mastodon.me()
    assert (me.acct, me.display_name) == ("labfreemvmt", "Labour Campaign for Free Movement")


def test_a_foreign_token_is_turned_away(base: str) -> None:
    stranger = Mastodon(access_token="abc", api_base_url=base, version_check_mode="none", ratelimit_method="throw")
    with pytest.raises(MastodonUnauthorizedError):
        stranger.me()


def test_a_post_comes_back_as_html_and_its_source_word_for_word(mastodon: Any, base: str) -> None:
    text = "Vote & <win>\nby 17:00\n\n#Lab23 https://freemovement.example/volunteer @labfreemvmt@social.example"
    post = mastodon.status_post(text, visibility="public", language="en")
    assert post.url == f"{base}/@labfreemvmt/{post.id}"
    assert post.uri == f"https://social.example/users/labfreemvmt/statuses/{post.id}"
    assert "<p>Vote &amp; &lt;win&gt;<br />by 17:00</p><p>" in post.content
    assert [tag.name for tag in post.tags] == ["lab23"]
    assert [who.acct for who in post.mentions] == ["labfreemvmt"]
    assert mastodon.status_source(post.id).text == text
    assert mastodon.status(post.id).id == post.id


def test_a_repeated_key_makes_no_second_post(mastodon: Any, door: Any) -> None:
    posts = [mastodon.status_post("Once", idempotency_key="k") for _ in range(3)]
    assert len({post.id for post in posts}) == 1
    assert len(door.posts("mastodon")) == 1


def test_a_key_belongs_to_one_account(mastodon: Any, base: str, door: Any) -> None:
    other = Mastodon(access_token="pretend-other", api_base_url=base, version_check_mode="none")
    mastodon.status_post("Once", idempotency_key="k")
    other.status_post("Once", idempotency_key="k")
    assert len(door.posts("mastodon")) == 2


def test_one_key_from_many_threads_at_once_makes_one_post(base: str, door: Any) -> None:
    def post() -> None:
        Mastodon(access_token="pretend-a", api_base_url=base, version_check_mode="none").status_post(
            "Once", idempotency_key="k"
        )

    threads = [threading.Thread(target=post) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(door.posts("mastodon")) == 1


def test_a_fault_makes_the_server_forget_keys(mastodon: Any, door: Any) -> None:
    door.post("faults", network="mastodon", operation="publish", kind="ignore_key")
    first = mastodon.status_post("Once", idempotency_key="k")
    assert mastodon.status_post("Once", idempotency_key="k").id != first.id
    assert door.get("world")["counts"]["twice"] == 1


def test_a_fault_makes_a_repeated_key_answer_500_without_a_second_post(mastodon: Any, door: Any) -> None:
    door.post("faults", network="mastodon", operation="publish", kind="replay_500")
    mastodon.status_post("Once", idempotency_key="k")
    with pytest.raises(MastodonInternalServerError):
        mastodon.status_post("Once", idempotency_key="k")
    assert len(door.posts("mastodon")) == 1


def test_500_characters_are_taken_and_501_are_not_with_links_counting_23(mastodon: Any) -> None:
    link = "https://freemovement.example/" + "a" * 100
    mastodon.status_post("x" * 476 + " " + link)
    with pytest.raises(MastodonAPIError) as refused:
        mastodon.status_post("x" * 477 + " " + link)
    assert refused.value.args[1] == 422
    assert "500" in refused.value.args[3]


def test_an_empty_post_an_unknown_parent_and_an_odd_visibility_are_refused(mastodon: Any, door: Any) -> None:
    with pytest.raises(MastodonAPIError):
        mastodon.status_post(" ")
    with pytest.raises(MastodonNotFoundError):
        mastodon.status_post("Hello", in_reply_to_id="1")
    headers = {"Authorization": "Bearer pretend-a"}
    answer = door.plain.post(
        f"{door.base}/api/v1/statuses", data={"status": "x", "visibility": "odd"}, headers=headers, timeout=HANG_S
    )
    assert answer.status_code == 422
    assert door.posts("mastodon") == []


def test_own_statuses_page_as_paginable_does(mastodon: Any) -> None:
    """min_id: the oldest after it; since_id: the newest; either way shown newest first."""
    ids = [mastodon.status_post(f"Number {number}").id for number in range(6)]
    me = mastodon.me().id

    def shown(**window: Any) -> list[int]:
        return [ids.index(post.id) for post in mastodon.account_statuses(me, exclude_reblogs=True, **window)]

    assert shown() == [5, 4, 3, 2, 1, 0]
    assert shown(min_id=ids[0], limit=2) == [2, 1]
    assert shown(since_id=ids[0], limit=2) == [5, 4]
    assert shown(max_id=ids[2]) == [1, 0]
    assert shown(min_id=ids[5]) == []


def test_own_statuses_may_leave_replies_out_without_losing_the_page(mastodon: Any) -> None:
    first = mastodon.status_post("First")
    for number in range(3):
        mastodon.status_post(f"Answer {number}", in_reply_to_id=first.id)
    assert [p.id for p in mastodon.account_statuses(mastodon.me().id, exclude_replies=True, limit=1)] == [first.id]


def test_own_posts_show_late_when_the_server_lags(mastodon: Any, door: Any) -> None:
    door.post("faults", network="mastodon", operation="find", kind="lag", seconds=60)
    mastodon.status_post("Hello")
    assert mastodon.account_statuses(mastodon.me().id) == []
    door.delete("faults")
    assert len(mastodon.account_statuses(mastodon.me().id)) == 1


def test_mentions_arrive_as_notifications_with_string_ids(mastodon: Any, door: Any) -> None:
    own = mastodon.status_post("When does it start? #Lab23")
    door.say("mastodon", "@labfreemvmt@social.example at two", "brook@meadow.example")
    door.say("mastodon", "At two", "fern@meadow.example", in_reply_to=own.id)
    door.say("mastodon", "Nothing to do with you", "fern@meadow.example")
    raw = door.plain.get(
        f"{door.base}/api/v1/notifications", headers={"Authorization": "Bearer pretend-labfreemvmt"}, timeout=HANG_S
    ).json()
    assert [(item["type"], item["account"]["acct"]) for item in raw] == [
        ("mention", "fern@meadow.example"),
        ("mention", "brook@meadow.example"),
    ]
    assert all(isinstance(item["id"], str) for item in raw)
    assert raw[0]["status"]["in_reply_to_id"] == own.id
    assert raw[1]["status"]["uri"].startswith("https://meadow.example/users/brook/statuses/")
    assert "<span>labfreemvmt</span>" in raw[1]["status"]["content"]


def test_notifications_after_min_id_come_page_by_page_without_a_gap(mastodon: Any, door: Any) -> None:
    mastodon.me()
    texts = [f"@labfreemvmt@social.example number {number}" for number in range(7)]
    for text in texts:
        door.say("mastodon", text, "brook@meadow.example")
    read: list[str] = []
    cursor = "0"
    while page := mastodon.notifications(types=["mention"], min_id=cursor, limit=3):
        read += [item.status.content for item in reversed(page)]
        cursor = str(page[0].id)
    assert [content.rpartition("number ")[2][0] for content in read] == list("0123456")
    newest = mastodon.notifications(types=["mention"], since_id="0", limit=3)
    assert [item.status.content.rpartition("number ")[2][0] for item in newest] == list("654")


def test_only_the_types_asked_for_are_told(mastodon: Any, door: Any) -> None:
    own = mastodon.status_post("Hello")
    door.say("mastodon", "Look at this", "brook@meadow.example", quotes=own.id)
    assert [item.type for item in mastodon.notifications(types=["quote"])] == ["quote"]
    assert mastodon.notifications(types=["mention"]) == []
    assert mastodon.notifications(types=["favourite"]) == []


def test_a_tag_timeline_shows_public_posts_only_and_pages_by_min_id(mastodon: Any, door: Any) -> None:
    first = mastodon.status_post("One #Lab23")
    second = door.say("mastodon", "Two #LAB23", "brook@meadow.example")
    mastodon.status_post("Three #Lab23", visibility="unlisted")
    assert [post.id for post in mastodon.timeline_hashtag("lab23")] == [second["remote_id"], first.id]
    assert [post.id for post in mastodon.timeline_hashtag("Lab23", min_id=first.id)] == [second["remote_id"]]


def test_the_instance_tells_its_limits_with_and_without_the_last_slash(mastodon: Any, door: Any) -> None:
    assert mastodon.instance_v2().configuration.statuses.max_characters == 500
    for path in ("/api/v1/instance", "/api/v1/instance/", "/api/v2/instance", "/api/v2/instance/"):
        answer = door.plain.get(door.base + path, timeout=HANG_S).json()
        assert answer["configuration"]["statuses"]["characters_reserved_per_url"] == 23


def test_the_301st_request_in_five_minutes_is_refused_with_the_documented_headers(mastodon: Any, door: Any) -> None:
    headers = {"Authorization": "Bearer pretend-labfreemvmt"}
    for _ in range(300):
        last = door.plain.get(f"{door.base}/api/v1/accounts/verify_credentials", headers=headers, timeout=HANG_S)
    assert (last.status_code, last.headers["X-RateLimit-Remaining"]) == (200, "0")
    with pytest.raises(MastodonRatelimitError):
        mastodon.me()
    door.post("limits", enforced=False)
    assert mastodon.me().acct == "labfreemvmt"


def test_a_form_and_a_json_body_are_read_alike(door: Any) -> None:
    headers = {"Authorization": "Bearer pretend-a"}
    url = f"{door.base}/api/v1/statuses"
    form = door.plain.post(url, data={"status": "Hello"}, headers=headers, timeout=HANG_S).json()
    body = door.plain.post(url, json={"status": "Hello"}, headers=headers, timeout=HANG_S).json()
    assert form["content"] == body["content"] == "<p>Hello</p>"
    assert door.plain.post(url, data=b"{", headers={**headers, "Content-Type": "application/json"}).status_code == 400


def test_an_edit_keeps_the_id_and_every_version(mastodon: Any, door: Any) -> None:
    post = mastodon.status_post("One #a")
    assert post.edited_at is None
    edited = mastodon.status_update(post.id, "Two #b")
    assert (edited.id, edited.content) == (post.id, mastodon.status(post.id).content)
    assert edited.edited_at >= post.created_at
    assert mastodon.status_source(post.id).text == "Two #b"
    assert [version.content for version in mastodon.status_history(post.id)] == [post.content, edited.content]
    assert mastodon.timeline_hashtag("a") == []
    assert [found.id for found in mastodon.timeline_hashtag("b")] == [post.id]
    (row,) = door.posts("mastodon")
    assert (row["edited"], row["versions"]) == (True, ["One #a", "Two #b"])


def test_the_same_words_again_make_no_new_version(mastodon: Any, door: Any) -> None:
    post = mastodon.status_post("One")
    assert mastodon.status_update(post.id, "One").edited_at is None
    assert door.posts("mastodon")[0]["versions"] == ["One"]


def test_an_edit_that_is_too_long_is_refused_and_changes_nothing(mastodon: Any, door: Any) -> None:
    post = mastodon.status_post("One")
    with pytest.raises(MastodonAPIError):
        mastodon.status_update(post.id, "a" * 501)
    assert door.posts("mastodon")[0]["text"] == "One"


def test_a_deleted_post_is_gone_and_comes_back_with_its_source(mastodon: Any, door: Any) -> None:
    post = mastodon.status_post("One", idempotency_key="k")
    assert mastodon.status_delete(post.id).text == "One"
    for call in (mastodon.status, mastodon.status_source, mastodon.status_history, mastodon.status_delete):
        with pytest.raises(MastodonNotFoundError):
            call(post.id)
    with pytest.raises(MastodonNotFoundError):
        mastodon.status_post("One", idempotency_key="k")  # the key still stands for the deleted post
    assert [row["deleted"] for row in door.posts("mastodon")] == [True]


def test_only_its_author_edits_or_deletes_a_post(mastodon: Any, door: Any) -> None:
    number = door.say("mastodon", "Mine")["remote_id"]
    for call in (lambda: mastodon.status_update(number, "Yours"), lambda: mastodon.status_delete(number)):
        with pytest.raises(MastodonNotFoundError):
            call()
    (row,) = door.posts("mastodon")
    assert (row["deleted"], row["text"]) == (False, "Mine")


def test_an_answer_is_counted_on_what_it_answers(mastodon: Any, door: Any) -> None:
    post = mastodon.status_post("One")
    door.say("mastodon", "Where?", handle="brook@meadow.example", in_reply_to=str(post.id))
    found = mastodon.status(post.id)
    assert (found.replies_count, found.reblogs_count) == (1, 0)


def test_thirty_deletions_in_half_an_hour_are_allowed(mastodon: Any) -> None:
    for _ in range(30):
        with pytest.raises(MastodonNotFoundError):
            mastodon.status_delete("12")
    with pytest.raises(MastodonRatelimitError):
        mastodon.status_delete("12")


def test_a_server_may_show_words_otherwise_while_the_source_agrees(mastodon: Any, door: Any) -> None:
    text = "Vote & win_win!"
    for operation in ("publish", "find", "read", "edit"):
        fault(door, "renders", operation=operation)
    made = mastodon.status_post(text)
    listed = mastodon.account_statuses(mastodon.me().id)
    for shown in (made, mastodon.status(made.id), listed[0], mastodon.status_update(made.id, text)):
        assert r"Vote &amp;amp; win\_win\!" in shown.content
    assert mastodon.status_source(made.id).text == text


def test_a_language_is_changed_kept_or_forgotten_by_an_edit(mastodon: Any, door: Any, base: str) -> None:
    made = mastodon.status_post("Pleidleisiwch", language="cy")
    assert mastodon.status_update(made.id, "Pleidleisiwch nawr").language == "cy"

    def edit(**fields: str) -> Any:
        headers = {"Authorization": "Bearer pretend-labfreemvmt"}
        return door.plain.put(f"{base}/api/v1/statuses/{made.id}", headers=headers, data=fields, timeout=HANG_S).json()

    assert edit(status="Vote now", language="en")["language"] == "en"
    fault(door, "forgets_language", operation="edit")
    assert edit(status="Vote today", language="cy")["language"] == "cy"
    assert edit(status="Vote tomorrow")["language"] is None


def test_other_software_counts_every_code_point_and_links_whole_and_says_what_it_is(mastodon: Any, door: Any) -> None:
    link = "https://freemovement.example/" + "a" * 480
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467" * 101  # five code points, one grapheme
    mastodon.status_post(link)
    mastodon.status_post(family)
    fault(door, "counts_all", operation="*")
    assert "gotosocial" in mastodon.instance_v2().source_url
    for text in (link, family):
        with pytest.raises(MastodonAPIError, match="limit of 500 exceeded"):
            mastodon.status_post(text)
    mastodon.status_post("x" * 500)


def test_a_server_may_send_on_whoever_writes_a_slash_at_the_end(door: Any, base: str) -> None:
    fault(door, "moves_slash", operation="look_up")
    moved = door.plain.get(f"{base}/api/v2/instance/", allow_redirects=False, timeout=HANG_S)
    assert (moved.status_code, moved.headers["Location"]) == (301, "/api/v2/instance")
    assert door.plain.get(f"{base}/api/v2/instance", timeout=HANG_S).json()["domain"] == "social.example"


@pytest.mark.parametrize("shown_to", ["direct", "private"])
def test_a_private_status_reaches_whom_it_names_and_nobody_else(
    mastodon: Any, base: str, door: Any, shown_to: str
) -> None:
    mastodon.me()
    said = door.say("mastodon", "@labfreemvmt@social.example psst #Lab23", visibility=shown_to)
    (notice,) = mastodon.notifications(types=["mention"])
    assert (notice.status.id, notice.status.visibility) == (said["remote_id"], shown_to)
    assert mastodon.status(said["remote_id"]).visibility == shown_to
    stranger = Mastodon(access_token="pretend-other", api_base_url=base, version_check_mode="none")
    for ask in (stranger.status, stranger.status_source, stranger.status_history):
        with pytest.raises(MastodonNotFoundError):
            ask(said["remote_id"])
    assert door.plain.get(f"{base}/api/v1/statuses/{said['remote_id']}", timeout=HANG_S).status_code == 404
    assert [one.id for one in stranger.account_statuses(notice.account.id)] == []
    assert [one.id for one in mastodon.account_statuses(notice.account.id)] == [said["remote_id"]]
    assert stranger.timeline_hashtag("lab23") == []


def test_an_answer_that_is_private_is_told_to_those_alone_whom_it_names(mastodon: Any, base: str, door: Any) -> None:
    other = Mastodon(access_token="pretend-other", api_base_url=base, version_check_mode="none")
    first = mastodon.status_post("Ask us anything")
    answer = other.status_post("Me first", in_reply_to_id=first.id)
    door.say("mastodon", "between us", in_reply_to=answer.id, visibility="direct")
    assert [notice.status.id for notice in mastodon.notifications()] == [answer.id]  # the thread's first author
    assert mastodon.status(answer.id).replies_count == 0
