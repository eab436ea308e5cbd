"""What the wall's pages promise before any browser sees them: inert text, own files only, words that can be read."""

from __future__ import annotations

import math
import re

import pytest

from amplifier.sandbox import wall

NASTY = '<script>alert(1)</script> & "quoted" \u202e backwards'
POST = {
    "id": "1",
    "handle": "labfreemvmt",
    "name": "Labour Campaign for Free Movement",
    "ours": True,
    "text": "🗳️ Vote #Lab23 @labfreemvmt",
    "at": "2023-10-09T13:40:00.000Z",
    "url": "/labfreemvmt/status/1",
    "spans": [{"kind": "tag", "start": 8, "end": 14}, {"kind": "handle", "start": 15, "end": 27}],
    "replies": [],
    "network": "x",
    "title": "X",
}
PAGES = {
    "wall": wall.page().decode(),
    "post": wall.post_page(POST).decode(),
    "profile": wall.profile_page({**POST, "posts": [POST]}).decode(),
}


def served(name: str) -> str:
    found = wall.asset(name)
    assert found is not None, f"{name} is asked for and not served"
    return found[0].decode()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_no_script_or_style_of_its_own_and_asks_nobody_else_for_anything(name: str) -> None:
    page = PAGES[name]
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|javascript:", page)
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", page)
    assert "default-src 'none'; script-src 'self'; style-src 'self'" in page.replace("&#39;", "'")


@pytest.mark.parametrize("name", PAGES)
def test_every_page_says_that_it_is_a_rehearsal_and_every_card_that_it_pretends(name: str) -> None:
    page = PAGES[name]
    assert '<div class="band"><strong>REHEARSAL</strong>' in page
    cards = re.findall(r"<(article|li) class=\"card.*?</\1>", page, re.DOTALL)
    assert cards
    for card in re.finditer(r"<(article|li) class=\"card.*?</\1>(?!\s*</ol>)", page, re.DOTALL):
        assert '<strong class="pretend">PRETEND</strong>' in card[0]
        assert card[0].count("<span>PRETEND</span>") == 12


def test_the_wall_has_its_three_buttons_and_its_four_counts() -> None:
    page = PAGES["wall"]
    assert re.findall(r'data-wish="(\w+)"', page) == ["debate_slips", "pull_the_plug", "x_stops"]
    assert re.findall(r'data-count="(\w+)">', page) == ["sent", "twice", "lost", "unsure"]
    for words in ("Debate slips 40 minutes", "Pull the plug", "X stops answering"):
        assert f"<span>{words}</span>" in page


def test_every_file_that_a_page_or_a_script_asks_for_is_served() -> None:
    asked = {name for page in PAGES.values() for name in re.findall(r"/wall/assets/([\w.]+)", page)}
    for script in [name for name in wall.ASSETS if name.endswith(".js")]:
        asked |= set(re.findall(r"/wall/assets/([\w.]+)", served(script)))
    assert asked == set(wall.ASSETS)
    for name in asked:
        served(name)


@pytest.mark.parametrize(
    "name", ["", "wall.html.j2", "../wall.py", "..%2fwall.py", "/etc/passwd", "wall.css/", "WALL.CSS"]
)
def test_no_other_name_is_served(name: str) -> None:
    assert wall.asset(name) is None


def test_hostile_words_stay_words_on_the_pages() -> None:
    reply = {**POST, "text": NASTY, "spans": [], "name": NASTY, "handle": NASTY, "ours": False}
    hostile = {**POST, "text": NASTY, "spans": [], "name": NASTY, "replies": [reply]}
    for page in (wall.post_page(hostile), wall.profile_page({**hostile, "handle": NASTY, "posts": [hostile]})):
        text = page.decode()
        assert "<script>" not in text
        assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &#34;quoted&#34;" in text


def test_links_tags_and_handles_are_lit_where_they_stand_whatever_letters_come_before() -> None:
    page = PAGES["post"]
    assert '<span class="lit">#Lab23</span> <span class="lit">@labfreemvmt</span>' in page


@pytest.mark.parametrize(
    ("url", "leads"),
    [
        ("/labfreemvmt/status/1", "/labfreemvmt/status/1"),
        ("http://127.0.0.1:8123/@a@social.example/1", "/@a@social.example/1"),
        ("https://x.com/a/status/1", ""),
        ("//elsewhere.example/", ""),
        ("http://127.0.0.1//elsewhere.example/", ""),
        ("javascript:alert(1)", ""),
        ("", ""),
    ],
)
def test_a_card_leads_to_the_sandbox_itself_or_nowhere(url: str, leads: str) -> None:
    page = wall.post_page({**POST, "url": url}).decode()
    found = re.search(r'<a class="ago"(?: href="([^"]*)")?>', page)
    assert found is not None
    assert (found[1] or "") == leads


def test_an_account_without_posts_says_what_to_expect() -> None:
    page = wall.profile_page({**POST, "network": "mastodon", "title": "Mastodon", "posts": []}).decode()
    assert "This account has said nothing yet." in page


def test_scripts_put_words_in_as_words_only() -> None:
    for name in (name for name in wall.ASSETS if name.endswith(".js")):
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function|cssText", served(name)
        )


def test_the_style_sheet_loads_nothing() -> None:
    sheet = served("wall.css")
    assert not re.search(r"@import|url\(|@font-face", sheet)
    assert "@layer reset, tokens, layout, parts, cramped;" in sheet


# Contrast as WCAG 2 defines it, on colours as the sheet writes them.


def luminance(lightness: float, chroma: float, hue: float) -> float:
    """The relative luminance of an OKLCH colour (bottosson.github.io/posts/oklab)."""
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    red = 4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short
    green = -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short
    blue = -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short
    clipped = (min(1.0, max(0.0, part)) for part in (red, green, blue))
    return sum(part * weight for part, weight in zip(clipped, (0.2126, 0.7152, 0.0722), strict=True))


def tokens() -> dict[str, tuple[float, float]]:
    """Each colour of the sheet as its luminance by day and by night."""
    found = {}
    for name, colours in re.findall(r"--([\w-]+): (light-dark\(.*|oklch\(.*)\);", served("wall.css")):
        both = [
            luminance(float(light) / 100, float(chroma), float(hue))
            for light, chroma, hue in re.findall(r"oklch\(([\d.]+)% ([\d.]+) ([\d.]+)\)?", colours)
        ]
        if both:
            found[name] = (both[0], both[-1])
    return found


@pytest.mark.parametrize("ground", ["paper", "raised"])
@pytest.mark.parametrize("name", ["ink", "ink-quiet", "accent", "good", "wait", "doubt", "bad"])
def test_every_colour_for_words_stands_out_sevenfold_by_day_and_by_night(name: str, ground: str) -> None:
    for mine, other in zip(tokens()[name], tokens()[ground], strict=True):
        assert (max(mine, other) + 0.05) / (min(mine, other) + 0.05) >= 7


def test_the_rehearsal_colour_can_be_read_in_both_lights() -> None:
    for mine, other in zip(tokens()["rehearsal"], tokens()["on-rehearsal"], strict=True):
        assert (max(mine, other) + 0.05) / (min(mine, other) + 0.05) >= 7
