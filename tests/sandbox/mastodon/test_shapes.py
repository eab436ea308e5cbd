from __future__ import annotations

import pytest

from amplifier.sandbox.mastodon import shapes
from amplifier.sandbox.nouns import Network, PretendDraft
from amplifier.sandbox.world import World

BASE = "http://127.0.0.1:8000"
HERE = shapes.Base(BASE)
TAG = 'class="mention hashtag" rel="tag"'


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("Hello", "<p>Hello</p>"),
        ("<b> #Lab23 <i>", f'<p>&lt;b&gt; <a href="{BASE}/tags/lab23" {TAG}>#<span>Lab23</span></a> &lt;i&gt;</p>'),
        ("a & b < c\nd", "<p>a &amp; b &lt; c<br />d</p>"),
        ("One\n\nTwo\r\n\r\nThree", "<p>One</p><p>Two</p><p>Three</p>"),
        ("One\n\n\n\nTwo", "<p>One</p><p>Two</p>"),
        ("#Lab23", f'<p><a href="{BASE}/tags/lab23" class="mention hashtag" rel="tag">#<span>Lab23</span></a></p>'),
        (
            "@brook@meadow.example",
            (
                f'<p><span class="h-card" translate="no"><a href="{BASE}/@brook@meadow.example" class="u-url mention">'
                "@<span>brook</span></a></span></p>"
            ),
        ),
        (
            "https://example.org/?a=1&b=2",
            (
                '<p><a href="https://example.org/?a=1&amp;b=2" target="_blank" rel="nofollow noopener" translate="no">'
                '<span class="invisible">https://</span><span class="">example.org/?a=1&amp;b=2</span>'
                '<span class="invisible"></span></a></p>'
            ),
        ),
    ],
)
def test_a_text_becomes_the_html_of_mastodon(text: str, html: str) -> None:
    assert shapes.content(text, HERE) == html


def test_a_long_link_is_shown_short_and_leads_to_all_of_it() -> None:
    link = "https://example.org/" + "a" * 40
    assert f'href="{link}"' in shapes.content(link, HERE)
    assert f'<span class="ellipsis">{link[8:38]}</span>' in shapes.content(link, HERE)


def test_a_quote_carries_what_it_quotes(world: World) -> None:
    author = world.people.account(Network.MASTODON, "a")
    first = world.add(PretendDraft(author, "One", ours=True))
    second = world.add(PretendDraft(author, "Two", ours=False, quotes=first.remote_id))
    shaped = shapes.status(second, HERE, world)
    assert shaped["quote"]["quoted_status"]["id"] == first.remote_id
    assert shaped["application"] is None
    assert shapes.status(first, HERE, world)["application"] == {"name": "Pretend", "website": None}


def test_an_account_elsewhere_has_its_own_server_in_its_address(world: World) -> None:
    found = shapes.account(world.people.account(Network.MASTODON, "brook@meadow.example"), HERE)
    assert (found["username"], found["acct"]) == ("brook", "brook@meadow.example")
    assert found["uri"] == "https://meadow.example/users/brook"


def test_no_streaming_is_promised() -> None:
    assert shapes.instance("h")["configuration"]["urls"]["streaming"] == ""
    assert shapes.instance_v1("h")["urls"]["streaming_api"] == ""
