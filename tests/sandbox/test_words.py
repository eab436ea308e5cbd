from __future__ import annotations

import json

from amplifier.sandbox.nouns import Network, PretendAccount, PretendPost
from amplifier.sandbox.words import facets, handle_on, named, redrafted, tagged


def test_handles_are_kept_in_one_form() -> None:
    assert handle_on(Network.X, "@LabFreeMvmt") == "labfreemvmt"
    assert handle_on(Network.MASTODON, "@LabFreeMvmt@Social.example") == "labfreemvmt"
    assert handle_on(Network.MASTODON, "brook@meadow.example") == "brook@meadow.example"
    assert handle_on(Network.BLUESKY, "labfreemvmt.example") == "labfreemvmt.example"


def test_on_mastodon_a_handle_without_a_server_is_of_the_server_where_it_was_written() -> None:
    assert handle_on(Network.MASTODON, "@Brook", "meadow.example") == "brook@meadow.example"
    assert handle_on(Network.MASTODON, "@Brook@social.example", "meadow.example") == "brook"
    assert handle_on(Network.BLUESKY, "brook.example", "meadow.example") == "brook.example"
    assert named(Network.MASTODON, "@a and @b@c.example", "meadow.example") == ("a@meadow.example", "b@c.example")


def test_names_and_tags_are_read_once_each_in_order() -> None:
    text = "@b and @A and @b, #Two #one #two https://example.org/#three"
    assert named(Network.X, text) == ("b", "a")
    assert tagged(text) == ("two", "one")


def test_facets_count_bytes_and_leave_unknown_people_out() -> None:
    text = "Grüße ✊ @brook.example @fern.example #Straßenfest https://example.org/x."
    found = facets(text, {"brook.example": "did:plc:b"}.get)
    raw = text.encode()
    cut = [raw[facet["index"]["byteStart"] : facet["index"]["byteEnd"]].decode() for facet in found]
    assert cut == ["@brook.example", "#Straßenfest", "https://example.org/x"]
    assert [facet["features"][0] for facet in found] == [
        {"$type": "app.bsky.richtext.facet#mention", "did": "did:plc:b"},
        {"$type": "app.bsky.richtext.facet#tag", "tag": "Straßenfest"},
        {"$type": "app.bsky.richtext.facet#link", "uri": "https://example.org/x"},
    ]


def test_a_post_with_other_words_keeps_whom_it_answers() -> None:
    author = PretendAccount(1, Network.MASTODON, "brook@meadow.example", "Brook", "1", 0)
    post = PretendPost(
        Network.MASTODON,
        1,
        "1",
        "1",
        author,
        ours=False,
        text="@fern One #a",
        at_ms=0,
        mentions=("fern@meadow.example", "labfreemvmt"),
    )
    draft = redrafted(post, "@larch Two #b", lambda _: None)
    assert (draft.text, draft.tags) == ("@larch Two #b", ("b",))
    assert draft.mentions == ("larch@meadow.example", "labfreemvmt")
    assert draft.record == ""


def test_a_record_with_other_words_has_their_facets_and_a_content_id_of_its_own() -> None:
    author = PretendAccount(1, Network.BLUESKY, "brook.example", "Brook", "did:plc:x", 0)
    record = json.dumps({"text": "One", "createdAt": "2026-11-22T12:00:00.000Z"})
    post = PretendPost(
        Network.BLUESKY, 1, "at://x", "at://x", author, ours=False, text="One", at_ms=0, record=record, cid="c"
    )
    draft = redrafted(post, "Two #b", lambda _: None)
    found = json.loads(draft.record)
    assert (found["text"], found["createdAt"], len(found["facets"])) == ("Two #b", "2026-11-22T12:00:00.000Z", 1)
    assert draft.cid not in {"", "c"}
