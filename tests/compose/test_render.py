"""From a file to templates, and from a template to the words of a post."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from amplifier.campaign.post import Fact
from amplifier.campaign.template import Form, Template, Wording
from amplifier.compose.allow import KnownNames
from amplifier.compose.fit import check_words, finish
from amplifier.compose.render import Context, parse_templates, render
from amplifier.errors import Problem, TemplateError
from amplifier.platforms.capabilities import TABLE
from amplifier.schedule import files
from amplifier.settings import load

ROOT = Path(__file__).parents[2]
LONDON = ZoneInfo("Europe/London")
PATH = "templates/lab23/ballot.j2"
CONTEXT = Context(
    platform="x",
    voice={"tag": "#Lab23", "handle": "@labfreemvmt"},
    milestones={
        "ballot_closes": datetime(2023, 10, 8, 17, 0, tzinfo=LONDON),
        "items": datetime(2023, 10, 9, tzinfo=LONDON),
    },
    links={"volunteer": "https://freemovement.example/volunteer"},
    campaign_name="The campaign",
    day=datetime(2023, 10, 8, 14, 0, tzinfo=LONDON),
)


def one(body: str, front: str = "ask: ballot") -> Template:
    return parse_templates({PATH: f"---\n{front}\n---\n{body}"})["lab23/ballot"]


def said(body: str, platform: str = "x") -> str:
    return render(one(f"== plain\n{body}"), "plain", replace(CONTEXT, platform=platform)).text


def problems(source: str, known: KnownNames | None = None) -> list[Problem]:
    with pytest.raises(TemplateError) as caught:
        parse_templates({PATH: source}, known)
    return caught.value.problems


def fault(body: str) -> Problem:
    with pytest.raises(TemplateError) as caught:
        said(body)
    (problem,) = caught.value.problems
    return problem


def test_a_file_becomes_a_template() -> None:
    front = "ask: ballot\naudience: delegates\nplatforms: [x, mastodon]\nlanguage: en-GB"
    template = one("\n== plain\nwords\n== plain for mastodon\nmore words\n\n== second\nothers\n", front)
    assert template == Template(
        name="lab23/ballot",
        path=PATH,
        ask="ballot",
        audience="delegates",
        platforms=("x", "mastodon"),
        language="en-GB",
        wordings=(
            Wording("plain", (Form((), "words", 9), Form(("mastodon",), "more words\n", 11)), 8),
            Wording("second", (Form((), "others\n", 14),), 13),
        ),
    )


def test_what_is_left_out_of_the_front_matter_has_a_default() -> None:
    template = one("== plain\nwords")
    assert (template.audience, template.platforms, template.language) == ("everybody", ("x", "bluesky", "mastodon"), "")


def test_only_templates_are_read() -> None:
    assert parse_templates({"schedules/lab23.yaml": "x", "templates/lab23/notes.md": "y"}) == {}


def test_windows_line_ends_and_a_byte_order_mark_do_not_matter() -> None:
    template = parse_templates({PATH: "\ufeff---\r\nask: ballot\r\n---\r\n== plain\r\nwords\r\nmore\r\n"})[
        "lab23/ballot"
    ]
    assert render(template, "plain", CONTEXT).text == "words\nmore"


@pytest.mark.parametrize(
    ("source", "line", "rule"),
    [
        ("", 1, "front_matter"),
        ("== plain\nwords", 1, "front_matter"),
        ("---\nask: ballot\n== plain\nwords", 1, "front_matter"),
        ("---\nasc: ballot\nask: x\n---\n== plain\nwords", 2, "unknown_key"),
        ("---\naudience: all\n---\n== plain\nwords", 2, "missing"),
        ("---\nask: The Ballot\n---\n== plain\nwords", 2, "value"),
        ("---\nask: ballot\nplatforms: [x, blusky]\n---\n== plain\nwords", 3, "value"),
        ("---\nask: ballot\nlanguage: English\n---\n== plain\nwords", 3, "value"),
        ("---\nask: ballot\nplatforms: []\n---\n== plain\nwords", 3, "value"),
        ("---\nask: ballot\n---\n", 3, "no_wordings"),
        ("---\nask: ballot\n---\n\nwords\n== plain\nwords", 5, "no_heading"),
        ("---\nask: ballot\n---\n== Plain!\nwords", 4, "heading"),
        (f"---\nask: ballot\n---\n== {'w' * 101}\nwords", 4, "heading"),
        ("---\nask: ballot\n---\n== plain\n\n", 4, "empty"),
        ("---\nask: ballot\n---\n== a\nwords\n== b\nwords\n== a\nwords", 8, "duplicate_wording"),
        ("---\nask: ballot\n---\n== a\nw\n== a for x\nw\n== a for mastodon, x\nw", 8, "duplicate_wording"),
        ("---\nask: ballot\nplatforms: [x]\n---\n== a\nw\n== a for mastodon\nw", 7, "platform"),
        ("---\nask: ballot\n---\n== a for x, bluesky\nw", 4, "no_form"),
        ("---\nask: ballot\n---\n== a\nw\n{{ 1 + 1 }}", 6, "not_allowed"),
        ("---\nask: ballot\n---\n== a\nw\n{{ }}", 6, "syntax"),
        ("---\nask: ballot\n---\n== a\n" + "w" * 40_000, 0, "too_long"),
    ],
)
def test_a_wrong_file_is_told_with_its_line(source: str, line: int, rule: str) -> None:
    assert [(each.path, each.line, each.rule) for each in problems(source)] == [(PATH, line, rule)]


def test_an_unknown_key_names_the_nearest() -> None:
    (problem,) = problems("---\nask: ballot\naudeince: delegates\n---\n== plain\nwords")
    assert (problem.line, problem.hint) == (3, "Did you mean audience?")


def test_a_name_that_nothing_defines_is_found_before_the_post_is_due() -> None:
    known = KnownNames(frozenset({"tag"}), frozenset({"debate"}), frozenset())
    (problem,) = problems("---\nask: ballot\n---\n== plain\nwords\n{{ hadnle }}", known)
    assert (problem.line, problem.rule) == (6, "undefined")


def test_every_problem_of_every_file_is_told_at_once() -> None:
    sources = {
        "templates/lab23/a.j2": "---\nask: a\nnope: 1\n---\n== a\n{{ 1 + 1 }}\n== a\nx",
        "templates/lab23/b.j2": "",
        "templates/lab23/good.j2": "---\nask: a\n---\n== a\nwords",
    }
    with pytest.raises(TemplateError) as caught:
        parse_templates(sources)
    found = {(each.path, each.rule) for each in caught.value.problems}
    assert found == {
        ("templates/lab23/a.j2", "unknown_key"),
        ("templates/lab23/a.j2", "not_allowed"),
        ("templates/lab23/a.j2", "duplicate_wording"),
        ("templates/lab23/b.j2", "front_matter"),
    }


def test_words_are_written_out_with_their_facts() -> None:
    template = one("== plain\n{{ tag }}: {{ milestones.ballot_closes | clock }}, {{ links.volunteer }}")
    rendered = render(template, "plain", CONTEXT)
    assert rendered.text == "#Lab23: 17:00, https://freemovement.example/volunteer"
    assert rendered.facts == (
        Fact("link.volunteer", "https://freemovement.example/volunteer"),
        Fact("milestone.ballot_closes", "2023-10-08T17:00:00+01:00"),
        Fact("voice.tag", "#Lab23"),
    )


def test_a_fact_that_was_not_said_is_none() -> None:
    body = '{% if platform == "mastodon" %}{{ handle }} {{ links.volunteer }}{% else %}words{% endif %}'
    assert render(one(f"== plain\n{body}"), "plain", CONTEXT).facts == ()


def test_a_moved_milestone_changes_words_and_fact() -> None:
    template = one("== plain\n{{ milestones.ballot_closes | clock }}")
    moved = replace(CONTEXT, milestones={"ballot_closes": datetime(2023, 10, 8, 17, 40, tzinfo=LONDON)})
    rendered = render(template, "plain", moved)
    assert (rendered.text, rendered.facts[0].value) == ("17:40", "2023-10-08T17:40:00+01:00")


def test_a_milestone_may_have_any_name() -> None:
    assert said("{{ milestones.items | weekday }}") == "Monday"


def test_the_platforms_own_form_is_used() -> None:
    body = "short\n== plain for mastodon, bluesky\nlonger"
    assert [said(body, platform) for platform in ("x", "bluesky", "mastodon")] == ["short", "longer", "longer"]


def test_the_language_is_the_templates_or_else_the_campaigns() -> None:
    welsh = replace(CONTEXT, language="cy")
    assert render(one("== plain\nw"), "plain", welsh).language == "cy"
    assert render(one("== plain\nw", "ask: a\nlanguage: en"), "plain", welsh).language == "en"


def test_words_come_out_tidy() -> None:
    body = (
        '\n\n  first \t\n\n\n\n{% if tag %}\nsecond\n{% endif %}\n{% if tag == "" %}\nnever\n{% endif %}\nthird  \n\n'
    )
    assert said(body) == "first\n\nsecond\nthird"


@pytest.mark.parametrize(
    "words", ["One", " \n\n one  \n\n\n\n two \t\n", "a\rb", "a\r\nb", "100 %} and }} and #}", "\x0b one \u2028 two "]
)
def test_a_wording_without_anything_to_put_in_is_what_jinja_makes_of_it(
    words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    template = replace(one("== plain\nw"), wordings=(Wording("plain", (Form((), words, 5),), 4),))
    quick = render(template, "plain", CONTEXT)
    monkeypatch.setattr("amplifier.compose.render._is_plain", lambda _form: False)
    assert render(template, "plain", CONTEXT) == quick


def test_nothing_is_escaped() -> None:
    assert said('Bread & roses <3 "now"') == 'Bread & roses <3 "now"'


def test_a_loop_and_a_comparison_of_times_work() -> None:
    assert said('{% for word in ["a", "b"] %}{{ word | upper }}{% endfor %}') == "AB"
    assert said('{{ "before" if day < milestones.ballot_closes else "after" }} {{ day | date }}') == "before 8 October"


@pytest.mark.parametrize(
    ("body", "line", "rule", "message"),
    [
        ("words\n{{ hadnle }}", 6, "undefined", "There is no voice `hadnle`. Did you mean handle?"),
        ("\n\n{{ links.volunter }}", 7, "undefined", "There is no link `volunter`. Did you mean volunteer?"),
        (
            "{{ milestones.ballot | clock }}",
            5,
            "undefined",
            "There is no milestone `ballot`. Did you mean ballot_closes?",
        ),
        ('w\n{% if day < "x" %}w{% endif %}', 6, "render", "This cannot be written out"),
        ("w\n{{ campaign.name | truncate(1) }}", 6, "render", "This cannot be written out"),
        ('{% for a in ["a", "b", "c"] %}' + "x" * 3800 + "{% endfor %}", 5, "too_long", "11,400 characters long"),
    ],
)
def test_what_cannot_be_written_out_is_told_with_its_line(body: str, line: int, rule: str, message: str) -> None:
    problem = fault(body)
    assert (problem.path, problem.line, problem.rule) == (PATH, line, rule)
    assert message in problem.message


def test_a_default_stands_in_for_a_voice_that_is_not_there() -> None:
    assert said('{{ motto | default("words") }}') == "words"


def test_an_unknown_wording_names_the_nearest() -> None:
    with pytest.raises(TemplateError, match="no wording `plian`") as caught:
        render(one("== plain\nwords"), "plian", CONTEXT)
    assert caught.value.problems[0].hint == "Did you mean plain?"


def test_a_template_that_was_never_checked_is_checked_when_rendered() -> None:
    smuggled = replace(one("== plain\nw"), wordings=(Wording("plain", (Form((), "{{ 9 ** 9 }}", 5),), 4),))
    with pytest.raises(TemplateError, match="Arithmetic is not allowed"):
        render(smuggled, "plain", CONTEXT)


def test_rendering_twice_gives_the_same() -> None:
    template = one("== plain\n{{ tag }} {{ day | weekday }}")
    assert render(template, "plain", CONTEXT) == render(template, "plain", CONTEXT)


@pytest.fixture(scope="module")
def examples() -> dict[str, Template]:
    return {name: one for name, one in parse_templates(files.sources(ROOT)).items() if name.startswith("lab23/")}


def test_the_example_campaign_has_three_wordings_for_each_thing_it_asks(examples: dict[str, Template]) -> None:
    asked = {template.ask for template in examples.values()}
    assert asked >= {
        "ballot",
        "compositing",
        "vote",
        "volunteer",
        "contact_delegates",
        "get_in_touch",
        "spread_the_word",
    }
    assert [name for name, template in examples.items() if len(template.wordings) < 3] == []


@pytest.mark.parametrize("slip", [timedelta(), timedelta(minutes=40), timedelta(days=-1)])
def test_every_wording_of_the_example_fits_every_network(examples: dict[str, Template], slip: timedelta) -> None:
    settings = load(ROOT)
    plan = files.parse(files.sources(ROOT), settings)
    milestones = {one.name: one.at + slip for one in plan.milestones}
    campaign = settings.campaign
    texts: dict[tuple[str, datetime, str], str] = {}
    for template in examples.values():
        for platform in template.platforms:
            voice = {name: campaign.form(name, platform) for name in campaign.voice}
            for wording in template.wordings:
                for day in (datetime(2023, 10, number, 9, 0, tzinfo=LONDON) for number in (4, 8, 9, 10)):
                    context = Context(platform, voice, milestones, campaign.links, campaign.name, day)
                    said = render(template, wording.name, context).text
                    text = finish(said, required=list(voice.values()), imprint="")
                    assert check_words(text, TABLE[platform], path=template.path, line=wording.line) == ()
                    other = texts.setdefault((platform, day, text), f"{template.name} {wording.name}")
                    assert other == f"{template.name} {wording.name}", "two wordings say the same"


def test_enough_of_the_example_hangs_on_the_debate_to_see_it_slip() -> None:
    plan = files.parse(files.sources(ROOT), load(ROOT))
    offsets = [slot.timing.offset.elapsed for slot in plan.slots if getattr(slot.timing, "milestone", "") == "debate"]
    near = [offset for offset in offsets if timedelta(hours=-3) <= offset <= timedelta(hours=1)]
    assert (len(plan.slots) >= 25, len(near) >= 6) == (True, True)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("Vote{% if tag %} now{% endif %}\nand tell others", "Vote now\nand tell others"),
        ("Vote{% if tag %} now{% endif %} {# a note #}\nand tell", "Vote now\nand tell"),
        ('{% if tag %}Vote{% endif %}\n{% if tag == "" %}never{% endif %}\nand tell', "Vote\n\nand tell"),
        ("Vote\n{% if tag %}\nnow\n{% endif %}\nand tell", "Vote\nnow\nand tell"),
        ("Vote\n  {% if tag %}  {# a note #} \nnow\n\t{% endif %}\t\nand tell", "Vote\nnow\nand tell"),
        ("{% for one in ['Monday', 'Tuesday'] %}\n{{ one }}\n{% endfor %}\nthen", "Monday\nTuesday\nthen"),
        ("{% for one in ['Monday', 'Tuesday'] %}{{ one }}, {% endfor %}\nthen", "Monday, Tuesday,\nthen"),
        ("Vote\n{# what a # may be, or a % #}\nnow", "Vote\nnow"),
        ("{{ tag }}\nnow", "#Lab23\nnow"),
    ],
)
def test_a_line_vanishes_only_where_nothing_but_blocks_stands_in_it(body: str, words: str) -> None:
    assert said(body) == words


def test_a_line_that_vanishes_does_not_change_the_number_of_another() -> None:
    (problem,) = problems(
        "---\nask: ballot\n---\n== plain\nw\n{% if tag %}\nw\n{% endif %}\n{{ tga }}\n",
        KnownNames(frozenset({"tag"}), frozenset(), frozenset()),
    )
    assert problem.line == 9
