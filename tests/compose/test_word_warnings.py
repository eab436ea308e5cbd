"""What is told of a person's words before anybody agrees."""

from __future__ import annotations

from pathlib import Path

import pytest

from amplifier.campaign.post import Words
from amplifier.compose.word_warnings import word_warnings
from amplifier.settings import Settings, load

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def settings() -> Settings:
    return load(REPOSITORY)


def told(text: str, settings: Settings, *accounts: str) -> list[tuple[str, str]]:
    words = [Words(account, text, "en") for account in accounts or ("x",)]
    return [(one.rule, one.message) for one in word_warnings(words, settings)]


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("At {{ milestones.debate | clock }} we start", "{{ milestones.debate | clock }}"),
        ("{% if x %}Now{% endif %}", "{% if x %}"),
        ("Now {# later #} go", "{# later #}"),
        ("Bring {{ handle", "{{ handle"),
        ("A {{ very long name that nobody would read to its end }}", "{{ very long name that nobody w…"),
    ],
)
def test_what_only_a_template_knows_is_told_of(text: str, sign: str, settings: Settings) -> None:
    rule, message = told(text, settings)[0]
    assert rule == "template_sign"
    assert message == f"“{sign}” goes out as it stands: what you write yourself is no template."


@pytest.mark.parametrize("text", ["Hello", "{curly}", "50 % of {us}", "} }", "{ {", "100 %}", "a #b"])
def test_other_braces_are_words(text: str, settings: Settings) -> None:
    assert told(text, settings) == []


def test_each_is_told_once_for_all_accounts_and_a_tag_for_its_network(settings: Settings) -> None:
    found = told(f"{{{{ tag }}}} #{'b' * 65}", settings, "x", "bluesky", "mastodon")
    assert [rule for rule, _ in found] == ["template_sign", "long_tag"]
