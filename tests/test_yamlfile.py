from datetime import date
from pathlib import Path
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, ValidationError

from amplifier import yamlfile
from amplifier.compose import render
from amplifier.errors import Problem, ScheduleError, SettingsError
from amplifier.field_types import Day, Duration, wrong
from amplifier.schedule import files
from tests.test_no_file import make


class Inner(yamlfile.FileModel):
    name: str
    wait_s: Duration = Field(default=9.0, alias="wait")
    count: int = 0


class Outer(yamlfile.FileModel):
    title: str
    perhaps: Inner | None = None
    first: Day | None = None
    items: tuple[Inner, ...] = ()
    by_name: dict[str, Inner] = Field(default_factory=dict)
    yes: bool = False


def problems(text: str) -> list[Problem]:
    with pytest.raises(SettingsError) as caught:
        yamlfile.parse(text, "f.yaml", Outer, SettingsError)
    return caught.value.problems


def test_a_good_file_becomes_the_model() -> None:
    text = "title: One\nfirst: 2023-10-08\nitems:\n  - name: a\n    wait: 2m\n    count: 3\nyes: true\n"
    found = yamlfile.parse(text, "f.yaml", Outer, SettingsError)
    assert found == Outer(title="One", first=date(2023, 10, 8), items=(Inner(name="a", wait=120.0, count=3),), yes=True)


@pytest.mark.parametrize(
    "scalar", ["9:30", "no", "1e3", "0o17", "2023-10-08", "12:30:45", "yes", "1_000", "0x1F", "~x"]
)
def test_a_text_stays_the_text_that_was_written(scalar: str) -> None:
    assert yamlfile.parse(f"title: {scalar}\n", "f.yaml", Outer, SettingsError).title == scalar


def test_an_unknown_key_names_its_line_and_the_nearest_known_key() -> None:
    assert problems("title: x\nitems:\n  - name: a\n    wiat: 2m\n") == [
        Problem("f.yaml", 4, "unknown_key", "`wiat` is not a key that belongs here.", "Did you mean wait?")
    ]


def test_the_keys_of_the_block_at_hand_are_offered_and_no_others() -> None:
    [found] = problems("title: x\nby_name:\n  a:\n    name: b\n    zzzz: 1\n")
    assert (found.line, found.hint) == (5, "There is: count, name, wait.")


def test_the_keys_of_a_block_that_may_be_left_out_are_offered_too() -> None:
    [found] = problems("title: x\nperhaps:\n  name: b\n  cuont: 1\n")
    assert (found.line, found.hint) == (4, "Did you mean count?")


def test_a_file_saved_by_a_windows_editor_is_read() -> None:
    text = "\ufefftitle: x\r\nyes: true\r\n"
    assert yamlfile.parse(text, "f.yaml", Outer, SettingsError) == Outer(title="x", yes=True)


def test_every_problem_is_told_at_once_in_the_order_of_the_lines() -> None:
    text = "items:\n  - name: a\n    count: many\n  - wait: 20\nfirst: soon\nyes: maybe\n"
    assert [(found.line, found.message) for found in problems(text)] == [
        (1, "`title` is missing."),
        (3, "`count` must be a whole number."),
        (4, "`name` is missing."),
        (4, "`wait` is not a length of time."),
        (5, "`first` is not a day."),
        (6, "`yes` must be true or false."),
    ]


def test_a_key_that_stands_twice_is_refused_because_yaml_would_keep_the_last_silently() -> None:
    [found] = problems("title: x\nyes: true\ntitle: y\n")
    assert (found.line, found.message) == (3, "`title` is here twice.")
    assert "line 1" in found.hint


def test_an_empty_value_says_that_a_hash_needs_quotes() -> None:
    [found] = problems("title: #Lab23\n")
    assert (found.line, found.message) == (1, "`title` is empty.")
    assert "quotes" in found.hint


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("title: a: b\n", 1, "one colon too many"),
        ("title: x\nitems:\n\t- name: a\n", 3, "spaces, not tabs"),
        ('title: "x\n', 2, "never closed"),
        ("title: x\nyes\nfirst: 2023-10-08\n", 3, "without its colon"),
        ("title: x\n---\ntitle: y\n", 2, "two documents"),
        ("title: @x\n", 1, "in quotes"),
        ("title: {a\n", 2, "never closed"),
        ("title: x\nyes: \x07\n", 2, "cannot be printed"),
        ("title: *name\n", 1, "alias"),
        ("title: &name x\nfirst: *name\n", 1, "anchor"),
        ("title: x\nitems: [a]\n", 2, "Item 1 of `items` must be a block of keys"),
        ("title: !!python/object/apply:os.system [ls]\n", 1, "tag"),
        ("title: !x y\n", 1, "tag"),
        ("? [a]\n: b\n", 1, "must be a word"),
        ("", 0, "empty"),
        ("# only a comment\n", 0, "empty"),
        ("- a\n", 1, "must be a block of keys"),
        ("title: x\nitems: a\n", 2, "must be a list"),
        ("title: x\nby_name: [a]\n", 2, "must be a block of keys"),
        ("title: " + "[" * 30 + "]" * 30, 0, "nested too deeply"),
        ("title: " + "[" * 5000, 0, "nested too deeply"),
    ],
)
def test_each_way_of_breaking_a_file_has_a_sentence_and_a_line(text: str, line: int, words: str) -> None:
    [found] = problems(text)
    assert found.line == line
    assert words in found.message + found.hint


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("- a\n", "It needs title. It may have perhaps, first, items, by_name, yes."),
        ("title: x\nitems: [a]\n", "It needs name. It may have wait, count."),
        ("title: x\nitems: a\n", "Each item needs name. It may have wait, count."),
        ("title: x\nperhaps: a\n", "It needs name. It may have wait, count."),
        ("title: x\nby_name: {a: b}\n", "It needs name. It may have wait, count."),
        ("title: x\nby_name: a\n", "Write a name, a colon and its value on each line."),
    ],
)
def test_what_has_another_shape_is_told_which_keys_belong_there(text: str, hint: str) -> None:
    [found] = problems(text)
    assert found.hint == hint


def test_a_list_with_something_wrong_in_it_is_not_called_empty() -> None:
    class Full(yamlfile.FileModel):
        items: Annotated[tuple[Inner, ...], Field(min_length=1)]

    for text, said in (("items: [a]\n", "Item 1 of `items` must be"), ("items: []\n", "`items` must not be empty.")):
        with pytest.raises(SettingsError) as caught:
            yamlfile.parse(text, "f.yaml", Full, SettingsError)
        assert [one.message.startswith(said) for one in caught.value.problems] == [True]


def test_a_broken_file_is_not_quoted_because_the_line_may_hold_a_secret() -> None:
    for text in ("title: 'hush-hush\n", "yes: hush-hush\n", "title: *hush-hush\n", "title: !hush-hush a\n"):
        assert "hush" not in "".join(map(str, problems(text)))


def test_a_part_of_a_file_is_told_with_the_lines_of_the_whole_file() -> None:
    with pytest.raises(ScheduleError) as caught:
        yamlfile.parse_with_lines("title: x\nzzz: 1\n", "t.j2", Outer, ScheduleError, first_line=2)
    assert caught.value.problems[0].line == 3
    _, lines = yamlfile.parse_with_lines("title: x\nitems:\n- name: a\n", "t.j2", Outer, ScheduleError, first_line=2)
    assert (lines.at("title"), lines.at("items", 0, "name"), lines.at("items", 0, "wait")) == (2, 4, 4)


def test_a_problem_of_our_own_keeps_its_sentence_and_its_hint() -> None:
    class Strict(yamlfile.FileModel):
        inner: Inner

        def model_post_init(self, _context: object) -> None:
            raise wrong("is too strict", "Relax.")

    with pytest.raises(SettingsError) as caught:
        yamlfile.parse("inner: {name: a}\n", "f.yaml", Strict, SettingsError)
    assert str(caught.value) == "f.yaml:1: The file is too strict.\n    Relax."


def test_a_file_that_is_not_there_says_where_it_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"settings\.yaml: This file cannot be read") as caught:
        yamlfile.read(tmp_path / "settings.yaml", "settings.yaml", SettingsError)
    assert str(tmp_path) in caught.value.problems[0].hint


def test_a_file_in_another_encoding_names_the_line(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes("title: x\nyes: caf\xe9\n".encode("latin-1"))
    with pytest.raises(SettingsError, match=r"a\.yaml:2: This is not UTF-8 text"):
        yamlfile.read(tmp_path / "a.yaml", "a.yaml", SettingsError)


@given(st.text(alphabet=st.sampled_from("title:items- \n\t#{}[]'\"&*!|>%@`,?x0~\ufeff\x85é"), max_size=60))
def test_no_file_makes_the_reader_fall_over(text: str) -> None:
    try:
        yamlfile.parse(text, "f.yaml", Outer, SettingsError)
    except SettingsError as refused:
        assert refused.problems  # noqa: PT017 - both outcomes are fine, a crash is not


SHAPES: tuple[object, ...] = (
    ["a"], {"a": "b"}, [["a"]], [{"a": "b"}], {"a": ["b"]}, {"a": {"b": "c"}}, "", "x", "-1", "1e999", "nan", "1.5",
    "9" * 5000, "x" * 3000, [], {},
)  # fmt: skip


def blocks() -> list[type[yamlfile.FileModel]]:
    """Every block that settings, schedules and templates may have."""
    found, new = set[type[yamlfile.FileModel]](), [yamlfile.FileModel]
    while new:
        new = [one for each in new for one in each.__subclasses__() if one not in found]
        found.update(new)
    ours = {f"{one.__module__}.{one.__qualname__}": one for one in found if one.__module__.startswith("amplifier.")}
    assert {"amplifier.settings.Campaign", f"{files.__name__}.SlotBlock", f"{render.__name__}._Front"} <= {*ours}
    return [ours[name] for name in sorted(ours) if name != "amplifier.settings.Settings"]  # what is read becomes that


def refusals(block: type[yamlfile.FileModel], values: dict[str, object]) -> set[str]:
    """By which of pydantic's errors it is refused, if it is."""
    try:
        block.model_validate(values)
    except ValidationError as fault:
        return {one["type"] for one in fault.errors()}
    return set()


@pytest.mark.parametrize("block", blocks(), ids=lambda one: f"{one.__module__}.{one.__name__}")
@pytest.mark.parametrize("shape", SHAPES, ids=lambda one: repr(one)[:12])
def test_whatever_stands_at_a_key_is_refused_in_words_of_our_own(
    block: type[yamlfile.FileModel], shape: object
) -> None:
    values = {info.alias or name: shape for name, info in block.model_fields.items()}
    found = refusals(block, values)
    assert found <= {*yamlfile.SENTENCES, "ours", "extra_forbidden"}


@pytest.mark.parametrize("kind", ["a folder", "a pipe", "a link to nothing"])
def test_what_is_no_file_is_refused_and_never_waited_for(tmp_path: Path, kind: str) -> None:
    make(tmp_path / "f.yaml", kind)
    with pytest.raises(SettingsError, match=f"f.yaml: This is {kind}, and not a file"):
        yamlfile.read(tmp_path / "f.yaml", "f.yaml", SettingsError)
