from __future__ import annotations

import argparse
import json
import shlex
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from amplifier.campaign.mention import Aside, Mention, MentionKind, Status, Visibility
from amplifier.cli import mentions as command
from amplifier.clock import utc_now
from amplifier.store.listening import mentions, quarantine
from tests.cli.conftest import Shell

TEXT = "[bold]Which room?[/bold] :door: #Lab23"


@pytest.fixture
def talk(shell: Shell) -> Shell:
    """Two things that others have said."""
    now = utc_now()
    said = [
        Mention(
            network=network,
            account=network,
            canonical_id=f"{network}-1",
            kind=kind,
            author_id="1",
            author_handle=f"{name}.example",
            author_name=name.title(),
            text=text,
            url=f"http://127.0.0.1:8900/{name}/status/1",
            posted_at=now - timedelta(minutes=ago),
            visibility=Visibility.PUBLIC,
        )
        for network, kind, name, text, ago in (
            ("x", MentionKind.REPLY, "fern", TEXT, 5),
            ("bluesky", MentionKind.MENTION, "rowan", "See you there.", 1),
        )
    ]
    for one in said:
        mentions.take_in(one.network, [one], cursor="1", now=now)
    return shell


def test_an_empty_log_says_what_will_fill_it(shell: Shell) -> None:
    said = shell("mentions")
    assert said.code == 0
    assert " ".join(said.out.split()) == (
        "Nobody has said anything that fits. Mentions come in by themselves while the service runs."
    )


def test_the_newest_comes_first_with_every_letter_as_it_was_written(talk: Shell) -> None:
    said = talk("mentions").out
    assert said.index("@rowan.example: See you there.") < said.index(f"@fern.example: {TEXT}")
    assert "http://127.0.0.1:8900/fern/status/1" in said
    first = talk.ask("mentions")["mentions"][0]
    assert f"amplifier mentions mark {first['id']} done" in said


@pytest.mark.parametrize(
    ("words", "authors"),
    [
        (("--network", "x"), ["fern.example"]),
        (("--kind", "mention"), ["rowan.example"]),
        (("--find", "room"), ["fern.example"]),
        (("--limit", "1"), ["rowan.example"]),
        (("--is", "done"), []),
        (("--is", "new", "--is", "done"), ["rowan.example", "fern.example"]),
    ],
)
def test_the_log_shows_only_what_was_asked_for(talk: Shell, words: tuple[str, ...], authors: list[str]) -> None:
    assert [one["author"] for one in talk.ask("mentions", *words)["mentions"]] == authors


def test_marking_keeps_the_step_and_who_took_it(talk: Shell) -> None:
    number = str(talk.ask("mentions", "--network", "x")["mentions"][0]["id"])
    assert talk("mentions", "mark", number, "waiting").out == f"✓ {number} is waiting now.\n"
    marked = talk.ask("mentions", "mark", number, "done", "--note", "answered in the hall")["mention"]
    assert [(note["status"], note["note"]) for note in marked["followups"]] == [
        ("waiting", ""),
        ("done", "answered in the hall"),
    ]
    assert all(note["actor"].startswith("cli:") for note in marked["followups"])
    assert "done. answered in the hall" in talk("mentions", "--is", "done").out


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ((), "For example: amplifier mentions mark 1234 done"),
        (("1",), "For example: amplifier mentions mark 1234 done"),
        (("1", "done"), "There is no mention 1. All of them: amplifier mentions"),
        (("1", "dnoe"), "“dnoe” is no status. Did you mean done?"),
        (("1", "done", "--note", "n" * 201), "A note has at most 200 characters; this one has 201."),
        (("x", "done"), "Argument id: invalid int value: 'x'."),
    ],
)
def test_what_cannot_be_marked_is_refused_with_the_reason(talk: Shell, words: tuple[str, ...], sentence: str) -> None:
    assert sentence in talk.refused("mentions", "mark", *words)


@pytest.fixture
def private(talk: Shell) -> Shell:
    """And one more, said to us alone."""
    said = mentions.mentions(mentions.Filter())[0].mention
    psst = replace(said, canonical_id="psst", network="mastodon", text="psst", visibility=Visibility.DIRECT)
    mentions.take_in("mastodon", [psst], cursor="1", now=utc_now())
    return talk


def test_a_private_mention_bears_its_mark_and_is_left_out_of_what_programs_get(private: Shell) -> None:
    line = next(line for line in private("mentions").out.splitlines() if "private" in line)
    assert line.endswith("new  mention  ⊘ private message")
    assert private("mentions").out.count("⊘") == 1
    told = private.ask("mentions")
    assert (told["private"], [one["visibility"] for one in told["mentions"]]) == (False, ["public", "public"])
    told = private.ask("mentions", "--private")
    assert (told["private"], [one["visibility"] for one in told["mentions"]]) == (True, ["public", "direct", "public"])
    assert private.ask("mentions", "--find", "psst")["mentions"] == []


def test_marking_a_private_mention_tells_programs_of_the_steps_alone(private: Shell) -> None:
    (number,) = (str(one["id"]) for one in private.ask("mentions", "--private", "--find", "psst")["mentions"])
    told = private.ask("mentions", "mark", number, "done", "--note", "Called back")
    assert set(told["mention"]) == {"id", "status", "followups"}
    assert (told["private"], told["mention"]["status"]) == (False, "done")
    asked = private.ask("mentions", "mark", number, "waiting", "--private")["mention"]
    assert asked["visibility"] == "direct"


PRINTS_JSON = [
    ("mentions",),
    ("mentions", "--find", "e"),
    ("mentions", "--kind", "mention"),
    ("mentions", "mark", "1", "done"),
    ("mentions", "mark", "1", "done", "--seen", "0"),  # overtaken by the one before
    ("mentions", "aside"),
    ("status",),
    ("plan",),
    ("decide",),
    ("facts",),
    ("notify",),
    ("stop",),
]


def test_no_command_gives_a_private_mention_to_programs_that_did_not_ask_for_it(private: Shell) -> None:
    (number,) = (one["id"] for one in private.ask("mentions", "--private", "--find", "psst")["mentions"])
    for words in PRINTS_JSON:
        said = private(*(str(number) if one == "1" else one for one in words), "--json").out
        assert json.loads(said)
        assert "psst" not in said, command


def test_a_private_mention_is_in_no_summary(private: Shell) -> None:
    assert private.ask("status")["mentions"] == {"new": 2}


def test_whoever_looks_like_us_bears_a_badge(talk: Shell) -> None:
    said = mentions.mentions(mentions.Filter())[0].mention
    mentions.take_in("x", [replace(said, canonical_id="2", author_handle="1abfreemvmt")], cursor="1", now=utc_now())
    assert talk("mentions").out.count("? looks like us") == 1


def test_who_has_no_handle_is_called_by_the_network_s_id(talk: Shell) -> None:
    said = mentions.mentions(mentions.Filter())[0].mention
    nameless = replace(said, canonical_id="2", author_id="did:plc:who", author_handle="did:plc:who")
    mentions.take_in("x", [nameless], cursor="1", now=utc_now())
    assert "\n  did:plc:who: " in talk("mentions").out


def test_who_was_slower_is_told_and_may_insist(talk: Shell) -> None:
    number = talk.ask("mentions", "--network", "x")["mentions"][0]["id"]
    mentions.follow_up(number, status=Status.ANSWERED, note="Thanked", actor="console", now=utc_now())
    told = talk("mentions", "mark", str(number), "ignored", "--seen", "0", "--note", "Spam")
    assert told.code == 1
    assert "▲ Somebody else was quicker: console marked it answered (Thanked) at" in told.out
    assert "That stands. Your note is kept." in " ".join(told.out.split())
    assert f"\n  amplifier mentions mark {number} ignored --seen 2\n" in told.out
    again = talk("mentions", "mark", str(number), "ignored", "--seen", "2")
    assert (again.code, again.out) == (0, f"✓ {number} is ignored now.\n")
    in_json = talk("mentions", "mark", str(number), "done", "--seen", "1", "--json")
    assert in_json.code == 1
    assert [step["status"] for step in json.loads(in_json.out)["quicker"]] == ["answered", "ignored"]


def test_who_does_not_say_what_they_saw_is_told_what_stood_before(talk: Shell) -> None:
    number = talk.ask("mentions", "--network", "x")["mentions"][0]["id"]
    mentions.follow_up(number, status=Status.ANSWERED, note="", actor="console", now=utc_now())
    assert "Before, console marked it answered at" in talk("mentions", "mark", str(number), "done").out
    assert "Before" not in talk("mentions", "mark", str(number), "done").out


def test_the_command_to_paste_says_how_much_one_has_seen(talk: Shell) -> None:
    number = talk.ask("mentions")["mentions"][0]["id"]
    assert f"amplifier mentions mark {number} done --seen 0 --note" in talk("mentions").out
    talk("mentions", "mark", str(number), "waiting")
    assert f"amplifier mentions mark {number} done --seen 1 --note" in talk("mentions").out


@pytest.mark.parametrize("words", ["@fern", "@fern.example:", "fern", "FERN which"])
def test_what_the_list_shows_is_found_by_its_words(talk: Shell, words: str) -> None:
    assert [one["author"] for one in talk.ask("mentions", "--find", words)["mentions"]] == ["fern.example"]


def test_a_note_is_found(talk: Shell) -> None:
    number = talk.ask("mentions", "--network", "x")["mentions"][0]["id"]
    talk("mentions", "mark", str(number), "done", "--note", "answered in the hall")
    assert [one["id"] for one in talk.ask("mentions", "--find", "HALL")["mentions"]] == [number]


def test_where_there_is_more_the_list_says_how_to_go_on(talk: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    newest, oldest = talk.ask("mentions")["mentions"]
    assert talk.ask("mentions")["older"] is None
    assert talk.ask("mentions", "--limit", "1")["older"] == newest["id"]
    monkeypatch.setattr(mentions, "WINDOW", 1)
    said = talk("mentions", "--find", "room #lab23").out
    assert "This goes back to" in said
    assert f"\n  amplifier mentions --find 'room #lab23' --older {newest['id']}\n" in said
    more = talk.ask("mentions", "--find", "room #lab23", "--older", str(newest["id"]))
    assert [one["id"] for one in more["mentions"]] == [oldest["id"]]


def filters() -> Iterator[tuple[str, ...]]:
    """Every option that has a say in which mentions are shown, with a value that is not its default."""
    parser = argparse.ArgumentParser(add_help=False)
    command.add_arguments(parser)
    for action in parser._actions:
        name = next(iter(action.option_strings), "")
        if not name or name in {"--note", "--seen", "--words", "--private", "--older"}:
            continue  # of marking; of programs; and what takes the place of another
        if action.nargs == 0:
            yield (name,)
        elif action.type is int:
            yield (f"{name}=7",)
        else:
            yield from ((f"{name}={word}",) for word in action.choices or ("it's #one", "-x"))


@pytest.mark.parametrize("words", [*filters(), tuple(word for one in filters() for word in one)], ids=" ".join)
def test_the_command_to_go_on_with_has_every_filter(words: tuple[str, ...]) -> None:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    options = parser.parse_args(words)
    amplifier, mentions_, *again = shlex.split(command._again(options))
    assert (amplifier, mentions_) == ("amplifier", "mentions")
    assert vars(parser.parse_args(again)) == vars(options)
    assert options != parser.parse_args([]), "it is no default"


def test_a_clock_that_is_off_is_shown_beside_when_we_saw_it(talk: Shell) -> None:
    late = Mention(**{**_newest(), "canonical_id": "x-2", "posted_at": utc_now() - timedelta(hours=3)})
    mentions.take_in("x", [late], cursor="2", now=utc_now())
    said = talk("mentions").out
    assert said.count("first seen") == 1
    assert said.index("first seen") < said.index("@rowan.example: See you there.")  # it stands where it came
    first = talk.ask("mentions")["mentions"][0]
    assert first["posted_at"] < first["seen_at"]


def test_an_edit_is_marked_and_found(talk: Shell) -> None:
    number = str(talk.ask("mentions", "--network", "x")["mentions"][0]["id"])
    old, new = (Mention(**{**_newest("x"), "fingerprint": words, "text": words}) for words in ("One", "Two"))
    mentions.take_in("x", [old], cursor="2", now=utc_now())
    assert "edited" not in talk("mentions").out
    talk("mentions", "mark", number, "done")
    mentions.take_in("x", [new], cursor="3", now=utc_now())

    assert "edited by its author, after somebody had dealt with it" in talk("mentions").out
    (found,) = talk.ask("mentions", "--edited")["mentions"]
    assert (found["text"], found["status"], found["edited_since"]) == ("Two", "done", True)
    assert "1 mention was edited after somebody had dealt with it." in talk("status").out
    assert talk.ask("status")["edited_since"] == 1
    talk("mentions", "mark", number, "done")
    assert talk.ask("mentions", "--edited")["mentions"] == []
    assert "edited after" not in talk("status").out
    assert "edited by its author (seen" in talk("mentions").out


def test_what_could_not_be_understood_is_listed_with_the_reason(talk: Shell) -> None:
    assert "Everything that was heard could be understood." in talk("mentions", "aside").out
    odd = Aside("7", b'{"text":"[red]odd[/red]"}', "It has no [bold]author[/bold].")
    mentions.take_in("x:mentions", [], cursor="2", now=utc_now(), aside=[odd])
    said = talk("mentions", "aside").out
    assert "It has no [bold]author[/bold]." in said
    assert '{"text":"[red]odd[/red]"}' in said
    (kept,) = talk.ask("mentions", "aside")["set_aside"]
    assert kept["raw"] is None  # nobody knows who may see it
    (kept,) = talk.ask("mentions", "aside", "--private")["set_aside"]
    assert (kept["source"], kept["place"], kept["raw"]) == ("x:mentions", "7", '{"text":"[red]odd[/red]"}')
    told = talk("status")
    assert "x:mentions: 1 thing could not be understood; the rest was taken in." in told.out
    assert talk.ask("status")["set_aside"][0]["number"] == 1


def test_what_could_not_be_understood_is_counted_whole_and_does_nothing_to_a_terminal(talk: Shell) -> None:
    nasty = "\x1b]0;owned\x07\x1b[2J\x9b31mAll sending is stopped.\u202e"
    for source in ("x:mentions", f"x:#{nasty}"):
        odd = [Aside("7", f'{{"id":{number},"text":"{nasty}"}}'.encode(), nasty) for number in range(15)]
        mentions.take_in(source, [], cursor="2", now=utc_now(), aside=odd)
    told = talk("mentions", "aside")  # the shell itself looks for ESC
    assert not set("\x07\x9b\u202e") & set(told.out)
    assert told.out.count("\\x1b]0;owned") >= 20
    assert "These are the newest 20 of 30. All of them:\n  amplifier mentions aside --limit 30\n" in told.out
    assert "may have been more" not in told.out
    assert "newest" not in talk("mentions", "aside", "--limit", "30").out
    in_json = talk("mentions", "aside", "--json", "--private")
    assert not set("\x07\x9b\u202e") & set(in_json.out)
    assert (json.loads(in_json.out)["number"], nasty in json.loads(in_json.out)["set_aside"][0]["raw"]) == (30, True)
    assert "\\x9b31m" in talk("status").out
    assert "\\x1b[2J" in talk("mentions", "mark", "1", nasty).err


def _newest(network: str = "bluesky") -> dict[str, object]:
    chosen = mentions.Filter(networks=(network,))
    return dict(vars(mentions.mentions(chosen)[0].mention))


@pytest.mark.parametrize("year", [1, 1969, 9999])
def test_no_year_of_an_author_s_clock_stops_the_list(talk: Shell, year: int) -> None:
    (first, *_) = mentions.mentions(mentions.Filter())
    odd = replace(first.mention, canonical_id="odd", text="When?", posted_at=datetime(year, 12, 31, 23, 59, tzinfo=UTC))
    mentions.take_in("x:mentions", [odd], cursor="c", now=utc_now())
    told = talk("mentions")
    assert told.code == 0
    assert "When?" in told.out
    assert "See you there." in told.out


def test_an_edit_since_the_words_were_read_is_told_and_stays_marked(talk: Shell) -> None:
    (first, *_) = mentions.mentions(mentions.Filter())
    said = replace(first.mention, fingerprint="a" * 16)
    mentions.take_in("x:mentions", [said], cursor="c", now=utc_now())
    assert f"mark {first.id} done --seen 0 --words {'a' * 16} --note" in talk("mentions").out
    mentions.take_in("x:mentions", [replace(said, text="Else.", fingerprint="b" * 16)], cursor="d", now=utc_now())
    told = talk("mentions", "mark", str(first.id), "done", "--seen", "0", "--words", "a" * 16)

    assert told.code == 1
    assert "Its author edited it since you read it." in told.out
    assert [one.id for one in mentions.mentions(mentions.Filter(edited_since=True))] == [first.id]
    words = json.loads(talk("mentions", "--json").out)["mentions"][0]["words"]
    in_json = talk("mentions", "mark", str(first.id), "done", "--seen", "1", "--words", words, "--json")
    assert (in_json.code, json.loads(in_json.out)["edited_meanwhile"]) == (0, False)
    assert mentions.edited_since() == 0


def test_where_older_ones_had_to_go_it_says_that_there_may_have_been_more(talk: Shell) -> None:
    odd = [Aside("7", f'{{"id":{number}}}'.encode(), "It has no name.") for number in range(quarantine.MOST + 20)]
    mentions.take_in("x:mentions", [], cursor="2", now=utc_now(), aside=odd)
    assert "x:mentions: 100 things or more could not be understood" in talk("status").out
    assert talk.ask("status")["set_aside"][0]["or_more"] is True
    assert "There may have been more: of one source no more than 100 are kept." in talk("mentions", "aside").out
