from __future__ import annotations

import html
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import tweepy

from tests.waiting import HANG_S

FIELDS = ["created_at", "entities", "author_id", "in_reply_to_user_id", "referenced_tweets", "conversation_id"]


def me(x: Any) -> str:
    return str(x.get_me()["data"]["id"])


def test_the_account_is_whose_token_it_is(x: Any) -> None:
    data = x.get_me()["data"]
    assert (data["username"], data["name"]) == ("labfreemvmt", "Labour Campaign for Free Movement")


def test_a_post_comes_back_with_wrapped_link_and_escaped_signs(x: Any) -> None:
    text = "Vote & win <3 https://freemovement.example/volunteer #Lab23 @labfreemvmt"
    made = x.create_tweet(text=text)["data"]
    assert made["edit_history_tweet_ids"] == [made["id"]]
    found = x.get_users_tweets(me(x), tweet_fields=FIELDS, max_results=100, user_auth=True)["data"][0]
    assert found["text"] == made["text"]
    assert "https://t.co/" in found["text"]
    assert "Vote &amp; win &lt;3" in found["text"]
    restored = found["text"]
    for url in found["entities"]["urls"]:
        assert restored[url["start"] : url["end"]] == url["url"]
        restored = restored.replace(url["url"], url["expanded_url"])
    assert html.unescape(restored) == text
    assert found["entities"]["hashtags"][0]["tag"] == "Lab23"
    assert found["entities"]["mentions"][0]["username"] == "labfreemvmt"
    assert found["conversation_id"] == found["id"]


def test_only_the_default_fields_come_without_asking(x: Any) -> None:
    x.create_tweet(text="Hello")
    found = x.get_users_tweets(me(x), user_auth=True)["data"][0]
    assert set(found) == {"id", "text", "edit_history_tweet_ids"}


def test_the_same_text_again_within_a_day_is_403_with_the_sentence_of_x(x: Any, door: Any) -> None:
    x.create_tweet(text="Once")
    with pytest.raises(tweepy.Forbidden) as refused:
        x.create_tweet(text="Once ")
    assert refused.value.api_messages == ["You are not allowed to create a Tweet with duplicate content."]
    assert len(door.posts("x")) == 1


def test_280_weighted_characters_are_taken_and_281_are_not(x: Any) -> None:
    x.create_tweet(text="✊" * 140)
    with pytest.raises(tweepy.Forbidden):
        x.create_tweet(text="✊" * 140 + "a")
    x.create_tweet(text="a" * 256 + " https://example.org/" + "b" * 200)


def test_unknown_fields_and_empty_texts_are_400(x: Any) -> None:
    for body in ({"text": "x", "odd": 1}, {"text": " "}, {}, {"text": "x", "media": {"media_ids": ["1"]}}):
        with pytest.raises(tweepy.BadRequest):
            x._make_request("POST", "/2/tweets", json=body, user_auth=True)


def test_a_wrong_secret_a_stale_time_and_a_strange_token_are_401(x: Any, door: Any) -> None:
    for name, value in (("consumer_secret", "x"), ("access_token_secret", "x"), ("access_token", "abc-labfreemvmt")):
        kept = getattr(x, name)
        setattr(x, name, value)
        with pytest.raises(tweepy.Unauthorized):
            x.create_tweet(text="Hello")
        setattr(x, name, kept)
    answer = door.plain.get(f"{door.base}/2/users/me", headers={"Authorization": "OAuth nonsense"}, timeout=HANG_S)
    assert answer.status_code == 401
    assert answer.json()["title"] == "Unauthorized"


def test_an_app_alone_may_search_but_not_post(x: Any) -> None:
    app = tweepy.Client("pretend", return_type=dict)
    app.session = x.session
    assert app.search_recent_tweets("#lab23")["meta"] == {"result_count": 0}
    with pytest.raises(tweepy.Forbidden) as refused:
        app.create_tweet(text="Hello", user_auth=False)
    assert "Unsupported Authentication" in refused.value.response.text


def test_mentions_include_replies_and_quotes_and_never_oneself(x: Any, door: Any) -> None:
    own = x.create_tweet(text="Where? @labfreemvmt")["data"]["id"]
    x.create_tweet(text="Here", in_reply_to_tweet_id=own)
    door.say("x", "@labfreemvmt which room?")
    door.say("x", "No name in here", in_reply_to=own)
    door.say("x", "Look", quotes=own)
    door.say("x", "Something else")
    answer = x.get_users_mentions(
        me(x), tweet_fields=FIELDS, expansions=["author_id"], user_fields=["username"], user_auth=True
    )
    assert [post["text"] for post in answer["data"]] == ["Look", "No name in here", "@labfreemvmt which room?"]
    assert answer["data"][1]["referenced_tweets"] == [{"type": "replied_to", "id": own}]
    assert answer["data"][1]["in_reply_to_user_id"] == me(x)
    assert answer["data"][0]["referenced_tweets"] == [{"type": "quoted", "id": own}]
    assert answer["includes"]["users"][0]["username"] == "brook.example"


def test_pages_lead_to_the_end_and_since_id_begins_after(x: Any, door: Any) -> None:
    ids = [door.say("x", f"@labfreemvmt number {number}")["remote_id"] for number in range(3)]
    assert "data" not in x.get_users_mentions(me(x), user_auth=True)  # nobody is told before they exist
    ids = [door.say("x", f"@labfreemvmt again {number}")["remote_id"] for number in range(12)]
    read: list[str] = []
    token = None
    while True:
        page = x.get_users_mentions(me(x), max_results=5, since_id=ids[0], pagination_token=token, user_auth=True)
        read += [post["id"] for post in page["data"]]
        assert page["meta"]["result_count"] == len(page["data"])
        token = page["meta"].get("next_token")
        if token is None:
            break
    assert read == ids[:0:-1]
    empty = x.get_users_mentions(me(x), since_id=ids[-1], user_auth=True)
    assert empty == {"meta": {"result_count": 0}}


def test_times_bound_a_timeline(x: Any) -> None:
    x.create_tweet(text="Hello")
    now = datetime.now(UTC)
    found = x.get_users_tweets(me(x), start_time=now - timedelta(minutes=1), user_auth=True)
    assert found["meta"]["result_count"] == 1
    for bounds in ({"start_time": now + timedelta(minutes=1)}, {"end_time": now - timedelta(minutes=1)}):
        assert x.get_users_tweets(me(x), user_auth=True, **bounds)["meta"] == {"result_count": 0}


def test_a_timeline_may_leave_replies_out(x: Any) -> None:
    own = x.create_tweet(text="One")["data"]["id"]
    x.create_tweet(text="Two", in_reply_to_tweet_id=own)
    found = x.get_users_tweets(me(x), exclude=["replies"], user_auth=True)["data"]
    assert [post["text"] for post in found] == ["One"]


def test_a_timeline_lags_when_told_to(x: Any, door: Any) -> None:
    door.post("faults", network="x", operation="find", kind="lag", seconds=60)
    x.create_tweet(text="Hello")
    assert x.get_users_tweets(me(x), user_auth=True)["meta"] == {"result_count": 0}
    door.delete("faults")
    assert x.get_users_tweets(me(x), user_auth=True)["meta"]["result_count"] == 1


def test_parameters_out_of_range_are_400_and_unknown_users_an_error_inside_200(x: Any) -> None:
    with pytest.raises(tweepy.BadRequest):
        x.get_users_tweets(me(x), max_results=4, user_auth=True)
    with pytest.raises(tweepy.BadRequest):
        x.get_users_tweets(me(x), since_id="abc", user_auth=True)
    with pytest.raises(tweepy.BadRequest):
        x.get_users_tweets("abc", user_auth=True)
    answer = x.get_users_tweets("12", user_auth=True)
    assert answer["errors"][0]["title"] == "Not Found Error"


def test_only_those_who_summoned_us_are_answered(x: Any, door: Any) -> None:
    x.get_me()
    summons = door.say("x", "@labfreemvmt which room?")["remote_id"]
    stranger = door.say("x", "Nothing to do with you")["remote_id"]
    x.create_tweet(text="Room 3", in_reply_to_tweet_id=summons)
    with pytest.raises(tweepy.Forbidden):
        x.create_tweet(text="Hello", in_reply_to_tweet_id=stranger)
    with pytest.raises(tweepy.Forbidden):
        x.create_tweet(text="Hello", quote_tweet_id=summons)
    with pytest.raises(tweepy.BadRequest):
        x.create_tweet(text="Hello", in_reply_to_tweet_id="12")


def test_search_reads_tags_handles_or_and_minus(x: Any, door: Any) -> None:
    x.create_tweet(text="Ours #Lab23")
    door.say("x", "Tag #LAB23")
    door.say("x", "@labfreemvmt hello")
    door.say("x", "Neither")
    query = "(#lab23 OR @labfreemvmt) -is:retweet -from:labfreemvmt"
    found = x.search_recent_tweets(query, max_results=10, user_auth=True)
    assert [post["text"] for post in found["data"]] == ["@labfreemvmt hello", "Tag #LAB23"]


def test_search_reaches_seven_days_back_and_no_further(x: Any) -> None:
    with pytest.raises(tweepy.BadRequest):
        x.search_recent_tweets("#lab23", start_time=datetime.now(UTC) - timedelta(days=8), user_auth=True)
    with pytest.raises(tweepy.BadRequest):
        x.search_recent_tweets("#lab23", since_id="1", user_auth=True)
    with pytest.raises(tweepy.BadRequest):
        x.search_recent_tweets("(#lab23", user_auth=True)


def test_the_101st_post_in_a_quarter_of_an_hour_is_429_with_the_time_of_the_reset(x: Any) -> None:
    for number in range(100):
        x.create_tweet(text=f"Number {number}")
    with pytest.raises(tweepy.TooManyRequests) as refused:
        x.create_tweet(text="One more")
    headers = refused.value.response.headers
    assert (headers["x-rate-limit-limit"], headers["x-rate-limit-remaining"]) == ("100", "0")
    wait = int(headers["x-rate-limit-reset"]) - datetime.now(UTC).timestamp()
    assert 880 < wait <= 901
    assert "retry-after" not in headers


def test_a_post_is_read_by_its_id_with_what_was_asked_for(x: Any, door: Any) -> None:
    number = x.create_tweet(text="Hello")["data"]["id"]
    door.say("x", "@labfreemvmt Where?", in_reply_to=number)
    assert set(x.get_tweet(number, user_auth=True)["data"]) == {"id", "text", "edit_history_tweet_ids"}
    found = x.get_tweet(number, tweet_fields=["public_metrics"], user_auth=True)["data"]
    assert (found["public_metrics"]["reply_count"], found["public_metrics"]["retweet_count"]) == (1, 0)


def test_what_is_not_there_is_a_success_with_an_error_inside(x: Any) -> None:
    there = x.create_tweet(text="Hello")["data"]["id"]
    (error,) = x.get_tweet("12", user_auth=True)["errors"]
    assert (error["resource_id"], error["type"].rpartition("/")[2]) == ("12", "resource-not-found")
    several = x.get_tweets([there, "12"], user_auth=True)
    assert [post["id"] for post in several["data"]] == [there]
    assert [error["value"] for error in several["errors"]] == ["12"]
    for wrong in ([], ["1"] * 101, ["abc"]):
        with pytest.raises(tweepy.BadRequest):
            x.get_tweets(wrong, user_auth=True)


def test_a_deleted_post_is_gone_and_its_words_may_not_be_said_again(x: Any, door: Any) -> None:
    number = x.create_tweet(text="Once")["data"]["id"]
    assert x.delete_tweet(number) == {"data": {"deleted": True}}
    assert "errors" in x.get_tweet(number, user_auth=True)
    assert x.get_users_tweets(me(x), user_auth=True)["meta"]["result_count"] == 0
    with pytest.raises(tweepy.Forbidden):
        x.create_tweet(text="Once")
    with pytest.raises(tweepy.NotFound):
        x.delete_tweet(number)
    (row,) = door.posts("x")
    assert (row["deleted"], row["edited"], row["versions"]) == (True, False, ["Once"])


def test_only_its_author_deletes_a_post(x: Any, door: Any) -> None:
    number = door.say("x", "Mine")["remote_id"]
    with pytest.raises(tweepy.Forbidden):
        x.delete_tweet(number)
    app = {"Authorization": "Bearer pretend"}
    assert door.plain.delete(f"{door.base}/2/tweets/{number}", headers=app, timeout=HANG_S).status_code == 403
    assert not door.posts("x")[0]["deleted"]


def test_deleting_has_a_budget_of_its_own(door: Any) -> None:
    head = {"Authorization": "Bearer pretend-labfreemvmt"}
    answer = door.plain.delete(f"{door.base}/2/tweets/12", headers=head, timeout=HANG_S)
    assert (answer.headers["x-rate-limit-limit"], answer.headers["x-rate-limit-remaining"]) == ("50", "49")


def test_what_a_protected_author_says_reaches_whom_it_names_and_is_marked(x: Any, door: Any) -> None:
    ours = me(x)
    said = door.say("x", "@labfreemvmt between us #Lab23", "brook", visibility="private")
    door.say("x", "@labfreemvmt for all", "fern")
    found = x.get_users_mentions(ours, expansions=["author_id"], user_fields=["protected"], user_auth=True)
    assert {one["username"]: one["protected"] for one in found["includes"]["users"]} == {"brook": True, "fern": False}
    assert "data" in x.get_tweet(said["remote_id"], user_auth=True)
    stranger = tweepy.Client("pretend", access_token="pretend-other", access_token_secret="pretend", return_type=dict)
    stranger.consumer_key = stranger.consumer_secret = "pretend"
    stranger.session = x.session
    assert "data" not in stranger.get_tweet(said["remote_id"], user_auth=True)
    assert "data" not in stranger.get_tweets([said["remote_id"]], user_auth=True)
    brook = next(one["id"] for one in found["includes"]["users"] if one["username"] == "brook")
    assert stranger.get_users_tweets(brook, user_auth=True)["meta"]["result_count"] == 0
    assert x.get_users_tweets(brook, user_auth=True)["meta"]["result_count"] == 1
    assert x.search_recent_tweets("#Lab23", user_auth=True)["meta"]["result_count"] == 0
