from __future__ import annotations

from amplifier.sandbox.nouns import Network
from amplifier.sandbox.words import facets, handle_on, named, tagged


def test_handles_are_kept_in_one_form() -> None:
    assert handle_on(Network.X, "@LabFreeMvmt") == "labfreemvmt"
    assert handle_on(Network.MASTODON, "@LabFreeMvmt@Social.example") == "labfreemvmt"
    assert handle_on(Network.MASTODON, "brook@meadow.example") == "brook@meadow.example"
    assert handle_on(Network.BLUESKY, "labfreemvmt.example") == "labfreemvmt.example"


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
