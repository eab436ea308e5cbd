from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest

from amplifier.campaign.mention import MentionKind
from amplifier.errors import OutcomeUnknown, PlatformError, Rejected, Unavailable
from amplifier.platforms.mastodon import own
from amplifier.platforms.mastodon.adapter import MastodonPlatform
from amplifier.platforms.port import Connection, Part, Sought
from tests.contract.places import Vault
from tests.platforms.stub import Asked, Said, Stub

NOW = datetime(2026, 10, 9, 14, 0, tzinfo=UTC)
ME = Said(
    200, {"id": "1", "acct": "labfreemvmt", "username": "labfreemvmt", "url": "https://social.example/@labfreemvmt"}
)
OWN = "GET /api/v1/accounts/1/statuses"
LISTING = "GET /api/v1/notifications"
TEXT = "Polls close at 17:00"


def connected(stub: Stub) -> MastodonPlatform:
    stub.answers.setdefault("GET /api/v1/accounts/verify_credentials", ME)
    connection = Connection("labfreemvmt", stub.address, "https://social.example", {"access_token": "t"}, 1, 1)
    return MastodonPlatform(connection, Vault(), lambda: NOW)


def status(
    name: str, seconds: float = 0, content: str = f"<p>{TEXT}</p>", author: str = "1", **more: Any
) -> dict[str, Any]:
    made = NOW - timedelta(hours=2) + timedelta(seconds=seconds)
    return {
        "id": name,
        "uri": f"https://social.example/users/labfreemvmt/statuses/{name}",
        "url": f"https://social.example/@labfreemvmt/{name}",
        "created_at": made.isoformat(),
        "content": content,
        "account": {"id": author, "acct": "labfreemvmt", "display_name": ""},
    } | more


def sought(stub: Stub, **more: Any) -> Sought:
    request = connected(stub).prepare(Part(TEXT, "en"), "key", NOW)
    return Sought(request, NOW - timedelta(hours=2), more.get("taken", frozenset()))


def test_a_status_is_always_public_and_says_its_language_and_key(stub: Stub) -> None:
    stub.answers["POST /api/v1/statuses"] = Said(200, status("77", content="<p>Zoë &lt;3<br />#Lab23</p>"))
    adapter = connected(stub)

    receipt = adapter.publish(adapter.prepare(Part("Zoë <3\n#Lab23", "en"), "key", NOW))

    (asked,) = stub.asked
    fields = {name: values[0] for name, values in parse_qs(asked.body.decode()).items()}
    assert fields["status"] == "Zoë <3\n#Lab23"
    assert (fields["visibility"], fields["language"]) == ("public", "en")
    assert asked.headers["idempotency-key"] == "key"
    assert asked.headers["authorization"] == "Bearer t"
    assert (receipt.remote_id, receipt.url) == ("77", "https://social.example/@labfreemvmt/77")


def test_preparing_makes_no_call(stub: Stub) -> None:
    request = connected(stub).prepare(Part("a", "en"), "key", NOW)

    assert stub.asked == []
    assert json.loads(request) == {"idempotency_key": "key", "language": "en", "text": "a", "visibility": "public"}


def test_an_answer_about_another_status_is_no_receipt(stub: Stub) -> None:
    stub.answers["POST /api/v1/statuses"] = Said(200, status("77", content="<p>Other words</p>"))
    adapter = connected(stub)

    with pytest.raises(OutcomeUnknown):
        adapter.publish(adapter.prepare(Part("a", "en"), "key", NOW))


def test_no_post_goes_out_on_a_connection_that_was_idle(stub: Stub) -> None:
    stub.answers["POST /api/v1/statuses"] = Said(200, status("77", 7200, content="<p>a</p>"))
    moment = [NOW]
    connection = Connection("labfreemvmt", stub.address, "https://social.example", {"access_token": "t"}, 1, 1)
    adapter = MastodonPlatform(connection, Vault(), lambda: moment[0])

    for pause in (0, 1, 60):
        moment[0] += timedelta(seconds=pause)
        adapter.publish(adapter.prepare(Part("a", "en"), "key", NOW))

    first, second, third = (asked.connection for asked in stub.asked)
    assert first == second != third


@pytest.mark.parametrize(
    "answer",
    [
        Said(200, b"<html>"),
        Said(200, {}),
        Said(200, b""),
        Said(200, status("77"), {"X-RateLimit-Reset": "rubbish"}),
        Said(404, {"error": "Record not found"}),
        Said(500, {"error": "Internal"}),
        Said(503, {"error": "There was a temporary problem"}),
    ],
)
def test_an_answer_that_does_not_say_what_happened_is_unknown(stub: Stub, answer: Said) -> None:
    stub.answers["POST /api/v1/statuses"] = answer
    adapter = connected(stub)

    with pytest.raises(OutcomeUnknown):
        adapter.publish(adapter.prepare(Part("a", "en"), "key", NOW))


def test_find_reads_the_source_of_each_status_since_then_on_all_pages(stub: Stub) -> None:
    def pages(asked: Asked) -> Said:
        if "max_id" in dict(asked.query):
            return Said(200, [status("b", 20), status("a", 10), status("z", -10)])
        return Said(200, [status("d", 40), status("c", 30)])

    stub.answers[OWN] = pages
    for name, text in {"a": TEXT, "b": TEXT, "c": "Other words", "d": TEXT, "z": TEXT}.items():
        stub.answers[f"GET /api/v1/statuses/{name}/source"] = Said(200, {"id": name, "text": text, "spoiler_text": ""})

    receipt = connected(stub).find(sought(stub, taken=frozenset({"a"})))

    assert receipt is not None
    assert receipt.remote_id == "b"


def test_a_server_that_does_not_tell_the_source_is_read_by_the_content(stub: Stub) -> None:
    stub.answers[OWN] = lambda asked: Said(200, [] if "max_id" in dict(asked.query) else [status("01HULID", 10)])

    receipt = connected(stub).find(sought(stub))

    assert receipt is not None
    assert receipt.remote_id == "01HULID"


def test_a_source_that_cannot_be_read_now_is_no_absence(stub: Stub) -> None:
    stub.answers[OWN] = Said(200, [status("a", 10), status("z", -10)])
    stub.answers["GET /api/v1/statuses/a/source"] = Said(503, {"error": "later"})

    with pytest.raises(Unavailable):
        connected(stub).find(sought(stub))


@pytest.mark.parametrize("odd", [{}, {"ok": True}, None, ""])
def test_an_answer_that_lists_nothing_is_no_empty_list(stub: Stub, odd: Any) -> None:
    stub.answers |= {OWN: Said(200, odd), LISTING: Said(200, odd), "GET /api/v1/timelines/tag/Lab23": Said(200, odd)}
    adapter = connected(stub)

    for look in (lambda: adapter.find(sought(stub)), lambda: adapter.mentions(""), lambda: adapter.tagged("Lab23", "")):
        with pytest.raises(Unavailable):
            look()


def test_looking_stops_after_a_bounded_number_of_pages(stub: Stub) -> None:
    numbers = iter(range(1000))
    stub.answers[OWN] = lambda _: Said(200, [status(f"a{next(numbers)}", 10, "<p>Other words</p>")])

    assert connected(stub).find(sought(stub)) is None
    assert stub.paths().count(OWN) == own.PAGES


def notified(name: str, kind: str = "mention", **more: Any) -> dict[str, Any]:
    said = status(f"s{name}", 0, "<p>When?</p>", "9", **more)
    return {"id": name, "type": kind, "created_at": said["created_at"], "account": said["account"], "status": said}


def test_a_server_without_quotes_is_asked_for_mentions_alone(stub: Stub) -> None:
    def listing(asked: Asked) -> Said:
        kinds = [value for name, value in asked.query if name == "types[]"]
        if "quote" in kinds:
            return Said(400, {"error": "unknown type"})
        return Said(200, [] if "max_id" in dict(asked.query) else [notified("1")])

    stub.answers[LISTING] = listing
    adapter = connected(stub)
    page = adapter.mentions("")
    adapter.mentions(page.cursor)

    assert len(page.mentions) == 1
    assert [("types[]", "quote") in asked.query for asked in stub.asked if asked.path in LISTING] == [
        True,
        False,
        False,
        False,
    ]


def test_quotes_and_replies_are_told_apart(stub: Stub) -> None:
    quote = notified("2", "quote", quote={"state": "accepted", "quoted_status": {"id": "77"}})
    reply = notified("1", in_reply_to_id="77", in_reply_to_account_id="1")
    stub.answers[LISTING] = Said(200, [quote, reply])

    page = connected(stub).mentions("")

    assert [(m.kind, m.in_reply_to, m.quotes) for m in page.mentions] == [
        (MentionKind.REPLY, "77", ""),
        (MentionKind.QUOTE, "", "77"),
    ]


def test_a_notification_whose_status_is_gone_is_passed_over(stub: Stub) -> None:
    stub.answers[LISTING] = Said(200, [notified("2"), notified("1") | {"status": None}])

    assert len(connected(stub).mentions("").mentions) == 1


def test_a_status_that_arrives_late_from_another_server_is_not_lost(stub: Stub) -> None:
    minutes = 60
    early, late, old = (
        status(name, 3600 + n * minutes, author="9", tags=[]) for name, n in (("20", 50), ("15", 30), ("10", -30))
    )
    here = [early, old]

    def timeline(asked: Asked) -> Said:
        since = int(dict(asked.query).get("min_id", 0))
        return Said(200, [found for found in here if int(found["id"]) > since])

    stub.answers["GET /api/v1/timelines/tag/Lab23"] = timeline
    adapter = connected(stub)
    first = adapter.tagged("Lab23", "")
    here = [early, late, old]

    second = adapter.tagged("Lab23", first.cursor)

    assert [m.canonical_id for m in first.mentions] == [old["uri"], early["uri"]]
    assert [m.canonical_id for m in second.mentions] == [late["uri"]]


ONE = "GET /api/v1/statuses/77"
CHANGE, REMOVE = "PUT /api/v1/statuses/77", "DELETE /api/v1/statuses/77"


def test_a_success_that_was_the_last_one_allowed_says_until_when_to_rest(stub: Stub) -> None:
    headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "2026-10-09T15:00:00.000Z"}
    stub.answers["POST /api/v1/statuses"] = Said(200, status("77", content="<p>a</p>"), headers)
    adapter = connected(stub)

    receipt = adapter.publish(adapter.prepare(Part("a", "en"), "key", NOW))

    assert receipt.rest_until == NOW + timedelta(hours=1)


SHOWN = status("77", content="<p>New words</p>")


def test_an_edit_says_again_what_the_status_has_since_the_server_drops_what_is_not_said(stub: Stub) -> None:
    has = {"spoiler_text": "Votes &amp; such", "sensitive": True, "visibility": "unlisted", "language": "cy"}
    there = status("77", media_attachments=[{"id": "5"}, {"id": "6"}], **has)
    source = Said(200, {"id": "77", "text": TEXT, "spoiler_text": "Votes & such"})
    stub.answers |= {ONE: Said(200, there), CHANGE: Said(200, SHOWN), f"{ONE}/source": source}

    receipt = connected(stub).edit("77", Part("New words", "cy"))

    fields = parse_qs(stub.asked[-1].body.decode())
    assert fields == {
        "status": ["New words"],
        "language": ["cy"],
        "visibility": ["unlisted"],
        "media_ids[]": ["5", "6"],
        "spoiler_text": ["Votes & such"],  # as it was written, not as it is shown
        "sensitive": ["1"],
    }
    assert stub.asked[-1].headers["authorization"] == "Bearer t"
    assert (receipt.remote_id, receipt.url) == ("77", "https://social.example/@labfreemvmt/77")


def test_an_edit_names_the_language_of_its_words_and_nothing_that_the_status_lacks(stub: Stub) -> None:
    stub.answers |= {ONE: Said(200, status("77", language="en")), CHANGE: Said(200, SHOWN)}

    connected(stub).edit("77", Part("New words", "de"))

    assert parse_qs(stub.asked[-1].body.decode()) == {"status": ["New words"], "language": ["de"], "sensitive": ["0"]}
    assert len(stub.asked) == 2  # without a warning no source is asked for


@pytest.mark.parametrize(("source", "is_done"), [("New words", True), (TEXT, False), ("", False)])
def test_an_edit_is_done_where_the_post_shows_the_new_words_or_the_server_keeps_them(
    stub: Stub, source: str, *, is_done: bool
) -> None:
    stub.answers |= {
        ONE: Said(200, status("77")),
        CHANGE: Said(200, status("77", content="<p>New&amp;nbsp;words!</p>")),
    }
    if source:
        stub.answers[f"{ONE}/source"] = Said(200, {"id": "77", "text": source, "spoiler_text": ""})
    else:
        stub.answers[f"{ONE}/source"] = Said(503, {"error": "later"})
    adapter = connected(stub)

    if is_done:
        adapter.edit("77", Part("New words", "en"))
    else:
        with pytest.raises(OutcomeUnknown):
            adapter.edit("77", Part("New words", "en"))


def test_a_change_that_is_refused_says_why_in_the_server_s_own_words(stub: Stub) -> None:
    stub.answers |= {ONE: Said(200, status("77")), CHANGE: Said(422, {"error": "Text is too long"})}

    with pytest.raises(Rejected, match="422 Text is too long"):
        connected(stub).edit("77", Part("New words", "en"))


@pytest.mark.parametrize(("source", "is_ours"), [("Zoë & co. <3", True), ("Other words", False)])
def test_a_post_that_shows_its_words_otherwise_is_out_as_soon_as_its_source_says_so(
    stub: Stub, source: str, *, is_ours: bool
) -> None:
    shown = status("77", content=r"<p>Zoë &amp;amp; co\. &amp;lt;3</p>")
    headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "2026-10-09T15:00:00.000Z"}
    stub.answers["POST /api/v1/statuses"] = Said(200, shown, headers)
    stub.answers["GET /api/v1/statuses/77/source"] = Said(200, {"id": "77", "text": source, "spoiler_text": ""})
    adapter = connected(stub)
    request = adapter.prepare(Part("Zoë & co. <3", "en"), "key", NOW)

    if is_ours:
        receipt = adapter.publish(request)
        assert (receipt.remote_id, receipt.rest_until) == ("77", NOW + timedelta(hours=1))
    else:
        with pytest.raises(OutcomeUnknown, match="another status"):
            adapter.publish(request)
    assert stub.paths() == ["POST /api/v1/statuses", "GET /api/v1/statuses/77/source"]


def test_a_poll_is_not_ended_by_an_edit(stub: Stub) -> None:
    stub.answers[ONE] = Said(200, status("77", poll={"id": "1"}))

    with pytest.raises(Rejected, match="poll"):
        connected(stub).edit("77", Part("New words", "en"))

    assert stub.paths() == [ONE]


def test_an_edit_whose_post_cannot_be_looked_at_first_has_changed_nothing(stub: Stub) -> None:
    stub.answers[ONE] = Said(503, {"error": "no"})

    with pytest.raises(Unavailable):
        connected(stub).edit("77", Part("New words", "en"))


def test_an_answer_about_another_post_proves_nothing(stub: Stub) -> None:
    stub.answers |= {ONE: Said(200, status("78")), CHANGE: Said(200, status("78")), REMOVE: Said(200, status("78"))}
    adapter = connected(stub)

    with pytest.raises(Unavailable):
        adapter.read("77", TEXT)
    with pytest.raises(OutcomeUnknown):
        adapter.delete("77")
    stub.answers |= {ONE: Said(200, status("77")), CHANGE: Said(200, SHOWN | {"id": "78"})}
    with pytest.raises(OutcomeUnknown):
        adapter.edit("77", Part("New words", "en"))


def test_only_the_server_s_own_404_means_gone(stub: Stub) -> None:
    adapter = connected(stub)
    stub.answers |= {ONE: Said(404, {"error": "Record not found"}), REMOVE: Said(404, {"error": "Record not found"})}
    assert adapter.read("77", TEXT) is None
    adapter.delete("77")

    page = Said(404, b"<html>No such page", {"Content-Type": "text/html"})
    stub.answers |= {ONE: page, REMOVE: page}
    with pytest.raises(Unavailable):
        adapter.read("77", TEXT)
    with pytest.raises(OutcomeUnknown):
        adapter.delete("77")


def test_a_server_that_does_not_tell_the_source_is_read_by_its_html(stub: Stub) -> None:
    stub.answers[ONE] = Said(200, status("77", reblogs_count=3, replies_count=2))

    seen = connected(stub).read("77", TEXT)

    assert seen is not None
    assert (seen.says_the_same, seen.text, seen.boosts, seen.replies) == (True, TEXT, 3, 2)


def test_what_is_not_ours_to_change_does_not_lose_the_account(stub: Stub) -> None:
    stub.answers |= {REMOVE: Said(403, {"error": "This action is not allowed"})}

    with pytest.raises(Rejected):
        connected(stub).delete("77")


def test_a_post_of_another_account_is_not_taken_for_deleted(stub: Stub) -> None:
    stub.answers |= {REMOVE: Said(404, {"error": "Record not found"}), ONE: Said(200, status("77"))}

    with pytest.raises(Rejected, match="not on this account"):
        connected(stub).delete("77")


def test_an_id_is_never_a_path(stub: Stub) -> None:
    adapter = connected(stub)

    for call in (lambda: adapter.read("7/../8?a", TEXT), lambda: adapter.delete("7/../8?a")):
        call()

    assert {asked.path for asked in stub.asked} == {"/api/v1/statuses/7%2F..%2F8%3Fa"}


@pytest.mark.parametrize("odd", ["77\ud83d", "", None, "7\n7", "7 7", "7" * 301])
def test_an_id_that_cannot_be_kept_is_no_receipt(stub: Stub, odd: Any) -> None:
    stub.answers["POST /api/v1/statuses"] = Said(200, status("77", 7200) | {"id": odd})
    adapter = connected(stub)

    with pytest.raises(OutcomeUnknown):
        adapter.publish(adapter.prepare(Part(TEXT, "en"), "key", NOW))


@pytest.mark.parametrize("odd", ["https://s/\ud83d77", "javascript:alert(1)", "", None, "https://s/\n"])
def test_an_address_that_nobody_can_open_is_the_usual_one_instead(stub: Stub, odd: Any) -> None:
    made = status("77", 7200) | {"url": odd, "uri": odd}
    stub.answers |= {"POST /api/v1/statuses": Said(200, made), "GET /api/v1/statuses/77": Said(200, made)}
    adapter = connected(stub)

    usual = "https://social.example/@labfreemvmt/77"
    assert adapter.publish(adapter.prepare(Part(TEXT, "en"), "key", NOW)).url == usual
    seen = adapter.read("77", TEXT)
    assert seen is not None
    assert (seen.url, seen.is_public, seen.made_at) == (usual, True, NOW)


def test_words_that_no_database_takes_are_read_without_what_it_refuses(stub: Stub) -> None:
    stub.answers |= {
        "GET /api/v1/statuses/77": Said(200, status("77")),
        "GET /api/v1/statuses/77/source": Said(200, {"id": "77", "text": "Polls\x00 \ud83dclose\x1b[2J\nnow"}),
    }

    seen = connected(stub).read("77", TEXT)

    assert seen is not None
    assert (seen.text, seen.says_the_same) == ("Polls close[2J\nnow", False)


def heard(platform: MastodonPlatform, stub: Stub) -> list[str]:
    platform.mentions("")
    return [value for name, value in stub.asked[-1].query if name == "types[]"]


@pytest.mark.parametrize("also_alone", [True, False])
def test_one_refusal_is_no_proof_that_a_server_knows_no_quotes(stub: Stub, *, also_alone: bool) -> None:
    time = [NOW]
    platform = connected(stub)
    platform._now = lambda: time[0]
    refused = [2 if also_alone else 1]

    def answer(_: Asked) -> Said:
        if refused[0]:
            refused[0] -= 1
            return Said(404, {"error": "Record not found"})
        return Said(200, [notified("5")])

    stub.answers[LISTING] = answer
    if also_alone:
        with pytest.raises(PlatformError):
            platform.mentions("")
        assert heard(platform, stub) == ["mention", "quote"]
        return
    assert heard(platform, stub) == ["mention"]
    time[0] += timedelta(minutes=59)
    assert heard(platform, stub) == ["mention"]
    time[0] += timedelta(minutes=2)
    assert heard(platform, stub) == ["mention", "quote"]
    time[0] -= timedelta(days=30)
    assert heard(platform, stub) == ["mention", "quote"]
