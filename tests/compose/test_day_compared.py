"""A comparison that would turn round with the language is told with its line and what to write."""

from __future__ import annotations

import pytest

from amplifier.compose.day_compared import compared_names
from amplifier.compose.render import parse_templates
from tests.compose.test_unspoken import campaign


def told(body: str, own: str = "", language: str = "de") -> list[tuple[int, str, str]]:
    front = f"ask: a\nlanguage: {own}" if own else "ask: a"
    templates = parse_templates({"templates/a.j2": f"---\n{front}\n---\n== plain\n{body}"})
    return [(one.line, one.message, one.hint) for one in compared_names(templates, campaign(language))]


def asked(compared: str) -> str:
    return f'{{{{ "yes" if {compared} else "no" }}}}'


@pytest.mark.parametrize(
    "compared",
    [
        '(day | weekday) == "Saturday"',
        '(day | weekday) != "Saturday"',
        '"Saturday" == (day | weekday)',
        '(day | weekday | lower) == "saturday"',
        '(day | weekday) in ["Saturday", "Sunday"]',
        '"Satur" in (day | weekday)',
        '(milestones.debate | date) == "10 October"',
        "(day | date) == (milestones.debate | date)",
        '(day | clock) == "14:40"',
        'platform == "x"',
        'day is weekday("saturday")',
        "day < milestones.debate",
    ],
)
def test_what_is_true_in_every_language_is_not_told(compared: str) -> None:
    assert told(asked(compared)) == []
    assert told(asked(compared), language="en") == []


@pytest.mark.parametrize(
    ("compared", "instead"),
    [
        ('(day | weekday) == "Samstag"', 'day is weekday("saturday")'),
        ('"Samstag" != (day | weekday)', 'day is weekday("saturday")'),
        ('(day | weekday | lower) == "samstag"', 'day is weekday("saturday")'),
        ('(milestones.debate | weekday) in ["Saturday", "Sonntag"]', 'milestones.debate is weekday("sunday")'),
        ('(day | date) == "9. Oktober"', 'day is date("10-09")'),
    ],
)
def test_a_name_of_one_language_alone_is_told_with_what_to_write(compared: str, instead: str) -> None:
    ((line, message, hint),) = told("words\n" + asked(compared))
    assert line == 6
    assert "day's name in `de` alone: in another language this turns round." in message
    assert hint == f"Ask for the day itself: {instead}."
    assert told(asked(compared), own="de", language="en") != []


@pytest.mark.parametrize(
    ("compared", "instead"),
    [
        ('(day | weekday) == "saturday"', 'day is weekday("saturday")'),
        ('(day | weekday) == "samstag"', 'day is weekday("saturday")'),
        ('(day | weekday | upper) == "Monday"', 'day is weekday("monday")'),
        ('(day | weekday) == "Saterday"', "day is weekday("),
        ('(day | date) == "12 Octobre"', "day is date("),
    ],
)
def test_what_no_day_is_called_is_told(compared: str, instead: str) -> None:
    ((_, message, hint),) = told(asked(compared))
    assert message.endswith("here: nothing is ever equal to it.")
    assert instead in hint


@pytest.mark.parametrize(
    "compared",
    [
        '(day | weekday) < "T"',
        '(day | weekday) in "Saturday, Sunday"',
        '"Sams" in (day | weekday)',
        '"Sams" not in (day | weekday)',
    ],
)
def test_letters_that_are_others_in_another_language_are_told(compared: str) -> None:
    ((_, message, hint),) = told(asked(compared))
    assert message.startswith("This compares the letters of a day's name with “")
    assert "day is weekday(" in hint


def test_a_loop_over_names_is_looked_through() -> None:
    body = '{% for name in ["Samstag", "Sunday"] %}\n' + asked("(day | weekday) == name") + "{% endfor %}"
    ((line, message, _),) = told(body)
    assert (line, "“Samstag”" in message) == (6, True)


@pytest.mark.parametrize(
    "compared",
    [
        '[day | weekday] | join("") == "Saturday"',
        '"Saturday" in [day | weekday, "x"] | join(" ")',
        '[day | weekday] | join | lower == "saturday"',
        "(day | weekday) == ([milestones.debate | weekday] | join)",
        "[day | weekday] < [tag]",
        "(day | weekday) == campaign.name",
        "(day | weekday) in campaign.name",
    ],
)
def test_what_cannot_be_followed_is_told(compared: str) -> None:
    ((_, message, hint),) = told(asked(compared))
    assert message.endswith("in another language this may turn round.")
    assert hint.startswith("Ask for the day itself: day is weekday(")


@pytest.mark.parametrize(
    ("compared", "why"),
    [
        ('(day | weekday if true else "") in "Saturday Sunday"', "letters of a day's name"),
        ('((day | weekday) or "none") == "Samstag"', "“Samstag” is a day's name in `de` alone"),
        ('((day | weekday if platform == "x" else "Monday") | lower) == "samstag"', "“samstag” is a day's name"),
        ('(day | weekday | default("x")) == "Samstag"', "“Samstag” is a day's name"),
        ('"Samstag" in [day | weekday]', "“Samstag” is a day's name"),
        ('[day | weekday] == ["Samstag"]', "“Samstag” is a day's name"),
        ('(day | weekday) in ["Saturday", "Sunday"] | join(" ")', "letters of a day's name with “Saturday Sunday”"),
        ('(day | weekday) == ("samstag" | capitalize)', "“Samstag” is a day's name"),
    ],
)
def test_choices_and_lists_are_followed(compared: str, why: str) -> None:
    assert why in told(asked(compared))[0][1]


@pytest.mark.parametrize(
    "compared",
    [
        '[day | weekday] == ["Saturday"]',
        '"Saturday" in [day | weekday, "x"]',
        '(day | weekday if true else "Saturday") == "Saturday"',
        '("yes" if (day | weekday) == "Saturday" else "no") == "yes"',
        "(day | weekday) in [milestones.debate | weekday]",
        '["x", platform] | join == "x"',
    ],
)
def test_what_is_followed_and_holds_in_every_language_is_not_told(compared: str) -> None:
    assert told(asked(compared)) == []


@pytest.mark.parametrize(
    ("loop", "compared", "why"),
    [
        ("d in [day | weekday]", 'd in "Saturday Sunday"', "letters of a day's name"),
        ("d in [day | weekday]", 'd > "Sb"', "letters of a day's name"),
        ("d in [day | weekday if true else tag]", 'd == "Samstag"', "a day's name in `de` alone"),
        ("d in [day | weekday]", '[d] | join == "Saturday"', "in another language this may turn round"),
    ],
)
def test_a_loop_over_days_is_looked_through(loop: str, compared: str, why: str) -> None:
    ((_, message, _),) = told("{% for " + loop + " %}" + asked(compared) + "{% endfor %}")
    assert why in message


@pytest.mark.parametrize(
    "body",
    [
        "{% for d in [[d, d]] %}" + asked("d == d") + "{% endfor %}",
        "{% for a in [b] %}" + asked('a == "x"') + "{% endfor %}{% for b in [a | lower] %}b{% endfor %}",
        "{% for d in [[d] | join] %}" + asked('d in ["x"]') + "{% endfor %}",
    ],
)
def test_a_loop_over_itself_keeps_nobody_waiting(body: str) -> None:
    assert told(body) == []


def test_a_filter_that_cannot_be_carried_out_is_left_for_the_writing() -> None:
    assert told(asked('(day | weekday | truncate(1)) == "S"')) != []
    assert told(asked('(day | weekday | truncate("x")) == "Saturday"')) == []


def test_every_side_of_a_chain_is_looked_at() -> None:
    assert len(told(asked('"Montag" != (day | weekday) != "Dienstag"'))) == 2
