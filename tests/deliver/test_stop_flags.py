"""Three kinds of flag: each alone stops everything, each says who and why, and none hides another."""

from __future__ import annotations

import os
import sqlite3
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection

from amplifier.campaign.delivery import HoldReason, State, Verb
from amplifier.campaign.stop import EVERYTHING, scope_of
from amplifier.deliver import stop_flags as halt
from amplifier.deliver.stop_flags import (
    Flag,
    flags,
    halts,
    let_go_on,
    pull,
    sentence,
    stop_of,
    tell_flag,
    waiting,
    why_stopped,
)
from amplifier.errors import UsageError
from amplifier.place import Place
from amplifier.settings import load
from amplifier.store import heartbeats, journeys
from amplifier.store.holding import stops
from amplifier.store.models import DeliveryRow
from tests.store import filled
from tests.store.filled import NOW
from tests.waiting import all_answered

REPOSITORY = Path(__file__).parents[2]
WHY = "A wrong name is in it."


@pytest.fixture
def place(tmp_path: Path, sqlite_ledger: None, monkeypatch: pytest.MonkeyPatch) -> Place:  # noqa: ARG001  its ledger
    monkeypatch.delenv("AMPLIFIER_STOP", raising=False)
    filled.open_ledger()
    return Place(REPOSITORY, tmp_path, load(REPOSITORY), "a key")


def _pull(place: Place, scope: str = EVERYTHING) -> halt.Pulled:
    return pull([place.var], reason=WHY, actor="cli:wren", now=NOW, scope=scope)


def test_everything_is_stopped_by_the_file_and_in_the_database(place: Place) -> None:
    assert why_stopped(place) == ""
    pulled = _pull(place)
    assert (pulled.flags, pulled.problems) == ((Flag.FILE, Flag.DATABASE), ())
    assert place.stop_file.read_text() == f"{WHY}\n"
    assert [(one.flag, one.reason, one.actor) for one in halts(place)] == [
        (Flag.FILE, WHY, place.stop_file.owner()),
        (Flag.DATABASE, WHY, "cli:wren"),
    ]
    place.stop_file.unlink()
    assert why_stopped(place) == WHY
    stops.lift(actor="cli:wren", now=NOW)
    assert why_stopped(place) == ""


def test_what_was_under_way_is_named(place: Place) -> None:
    going = filled.sending("These words.")
    filled.add("Those words.", account="bluesky")
    assert [row.id for row in _pull(place).under_way] == [going.id]


def test_one_account_is_stopped_in_the_database_and_no_file_stops_the_rest(place: Place) -> None:
    assert _pull(place, scope_of(account="x")).flags == (Flag.DATABASE,)
    assert not place.stop_file.exists()
    assert why_stopped(place) == ""
    assert halt.in_words(place) == ((False, f"Sending on x is stopped. {WHY}"),)


def test_stopping_twice_keeps_the_first_reason(place: Place) -> None:
    _pull(place)
    again = pull([place.var], reason="Another", actor="link", now=NOW)
    assert again.flags == (Flag.FILE, Flag.DATABASE)
    assert {one.reason for one in halts(place)} == {WHY}


def test_a_locked_database_keeps_nobody_from_stopping(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(halt, "DATABASE_WITHIN_S", 0.3)
    other = sqlite3.connect(connection.settings_dict["NAME"])
    other.execute("BEGIN IMMEDIATE")
    pulled = _pull(place)  # while the lock stands
    assert pulled.flags == (Flag.FILE,)
    assert pulled.problems == ("The database could not be written (no answer within 0.3 seconds).",)
    other.rollback()
    other.close()
    all_answered()


def test_a_folder_that_takes_no_file_is_told_and_the_database_stops_alone(place: Place) -> None:
    elsewhere = replace(place, var=place.var / "gone")
    pulled = pull([elsewhere.var], reason=WHY, actor="cli:wren", now=NOW)
    assert pulled.flags == (Flag.DATABASE,)
    assert pulled.problems == (f"The file {elsewhere.stop_file} could not be written (No such file or directory).",)


@pytest.mark.skipif(not os.access("/dev/full", os.W_OK), reason="there is no full device here")
def test_a_full_disk_that_takes_the_file_and_not_its_words_stops_as_well(place: Place) -> None:
    place.stop_file.symlink_to("/dev/full")  # as far as the file's own bytes go
    assert Flag.FILE in _pull(place).flags


def test_a_file_that_is_a_folder_stops_and_says_so(place: Place) -> None:
    place.stop_file.mkdir()
    assert why_stopped(place) == f"The stop file {place.stop_file} cannot be read (Is a directory)."
    assert Flag.FILE in _pull(place).flags


def test_a_link_to_nothing_stops_as_stop_says_it_does(place: Place) -> None:
    place.stop_file.symlink_to(place.var / "nowhere")
    assert Flag.FILE in _pull(place).flags
    assert [one.flag for one in flags(place)] == [Flag.FILE]
    let_go_on(place, actor="cli:wren", now=NOW)
    assert flags(place) == ()


def test_a_folder_that_lets_nobody_look_is_told_and_is_no_reason_to_fail(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    for name in ("open", "exists"):
        monkeypatch.setattr(Path, name, refuse)
    problem = halt._write_flag(place.stop_file, WHY)
    assert problem == f"The file {place.stop_file} could not be written (Permission denied)."


@pytest.mark.parametrize("value", ["1", "yes", "no"])
def test_the_environment_stops_with_whatever_stands_in_it(
    place: Place, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("AMPLIFIER_STOP", value)
    assert why_stopped(place) == "AMPLIFIER_STOP is set in the environment."
    with pytest.raises(UsageError, match="set in the environment where this command runs"):
        let_go_on(place, actor="cli:wren", now=NOW)


def test_what_a_person_said_is_told_from_what_names_our_files_and_variables(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    halt.pull([place.var], reason="A wrong name", actor="cli:wren", now=NOW)
    assert [one.by_person for one in halt.halts(place)] == [True, True]
    place.stop_file.write_text("")
    assert [one.by_person for one in halt.flags(place)] == [False]
    monkeypatch.setenv("AMPLIFIER_STOP", "1")
    assert [one.by_person for one in halt.flags(place)] == [False, False]


def test_a_stop_without_a_reason_keeps_the_services_note_as_no_persons_words(place: Place) -> None:
    halt.pull([place.var], reason="  ", note="Pressed on a page", actor="console", now=NOW)
    assert [(one.reason, one.by_person) for one in halt.halts(place)] == [("Pressed on a page.", False)] * 2
    assert place.stop_file.read_text() == "[Pressed on a page.]\n"
    assert len(halt.in_words(place)) == 1  # said once, though it stands in two places


def test_what_a_person_wrote_into_the_stop_file_by_hand_is_theirs(place: Place) -> None:
    place.stop_file.write_text("A wrong name is in it\n")
    assert [(one.reason, one.by_person) for one in halt.flags(place)] == [("A wrong name is in it", True)]


@pytest.mark.parametrize("value", ["", "0", " "])
def test_an_empty_variable_stops_nothing(place: Place, monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("AMPLIFIER_STOP", value)
    assert why_stopped(place) == ""


def test_what_the_workers_environment_says_is_known_everywhere_and_written_once(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell_flag(place, now=NOW)
    assert halt.FLAG_BEAT not in heartbeats.heartbeats(), "nothing to say is not said"
    with monkeypatch.context() as workers:
        workers.setenv("AMPLIFIER_STOP", "1")
        tell_flag(place, now=NOW)
        tell_flag(place, now=NOW + timedelta(minutes=1))
    assert heartbeats.heartbeats()[halt.FLAG_BEAT].at == NOW
    assert why_stopped(place) == "AMPLIFIER_STOP is set in the environment of the worker."
    with pytest.raises(UsageError, match="set in the environment where the worker runs"):
        let_go_on(place, actor="cli:wren", now=NOW)
    tell_flag(place, now=NOW)
    assert why_stopped(place) == ""


def test_letting_go_on_takes_both_flags_away(place: Place) -> None:
    _pull(place)
    assert [one.scope for one in let_go_on(place, actor="cli:wren", now=NOW)] == [EVERYTHING]
    assert halts(place) == ()


def test_a_stop_of_one_account_outlives_the_end_of_the_other(place: Place) -> None:
    _pull(place, scope_of(account="x"))
    _pull(place)
    let_go_on(place, actor="cli:wren", now=NOW)
    assert [one.scope for one in halts(place)] == ["account:x"]


@pytest.mark.parametrize(
    ("scope", "holds_it"),
    [(EVERYTHING, True), ("account:x", True), ("tag:lab23", True), ("account:bluesky", False), ("tag:other", False)],
)
def test_the_stop_that_holds_a_post_back_is_known_whatever_its_scope(
    place: Place, scope: str, *, holds_it: bool
) -> None:
    (row,) = journeys.journeys_by_id([filled.add("Vote now #Lab23")])
    assert stop_of(place, row) is None
    _pull(place, scope)
    found = stop_of(place, row)
    assert (found.scope if found else None) == (scope if holds_it else None)
    assert stop_of(place, replace(row, identity=replace(row.identity, verb=Verb.DELETE))) is None


def test_what_waits_is_what_no_other_stop_holds_back(place: Place) -> None:
    rows = {name: filled.add(account=name) for name in ("x", "bluesky", "mastodon")}
    DeliveryRow.objects.update(state=State.HELD, reason=HoldReason.STOPPED)
    _pull(place, scope_of(account="x"))
    _pull(place, scope_of(account="bluesky"))
    assert [row.id for row in waiting(place, "account:x", now=NOW)] == [rows["x"], rows["mastodon"]]
    place.stop_file.touch()
    assert waiting(place, "account:x", now=NOW) == ()


def test_what_came_due_with_no_worker_there_waits_for_a_person_too(place: Place) -> None:
    due, later = filled.add(due=NOW), filled.add(due=filled.after(600))
    _pull(place)
    assert [row.id for row in waiting(place, EVERYTHING, now=filled.after(60))] == [due]
    assert DeliveryRow.objects.get(id=due).reason == HoldReason.STOPPED
    assert DeliveryRow.objects.get(id=later).state == State.QUEUED
    assert waiting(place, EVERYTHING, now=filled.after(900)) != (), "the later one"
    assert DeliveryRow.objects.get(id=due).state == State.MISSED


def test_what_is_missed_because_of_the_stop_is_told_from_what_was_missed_before(place: Place) -> None:
    assert place
    numbers = [filled.add(due=filled.after(seconds)) for seconds in (-1000, 0, 60)]
    DeliveryRow.objects.filter(id__in=numbers).update(state=State.MISSED, reason=HoldReason.STOPPED)
    DeliveryRow.objects.filter(id=numbers[2]).update(reason="")
    assert [row.id for row in halt.too_late(NOW)] == [numbers[1]]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("a wrong name", "a wrong name."),
        ("Really?", "Really?"),
        (" two\nlines\0 ", "two lines."),
        ("\u202eback", "back."),
    ],
)
def test_a_reason_is_one_sentence_on_one_line(words: str, said: str) -> None:
    assert sentence(words) == said
