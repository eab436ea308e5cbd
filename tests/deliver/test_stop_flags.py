"""Three kinds of flag: each alone stops everything, each says who and why, and none hides another."""

from __future__ import annotations

import os
import sqlite3
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection

from amplifier.campaign.delivery import State, Verb
from amplifier.campaign.hold_reasons import HoldReason
from amplifier.campaign.stop import EVERYTHING, scope_of
from amplifier.deliver import stop_flags
from amplifier.deliver.stop_flags import (
    Flag,
    flags,
    let_go_on,
    pull,
    sentence,
    stop_of,
    tell_flag,
    waiting,
    why_stopped,
)
from amplifier.errors import UsageError
from amplifier.install import Install
from amplifier.settings import load
from amplifier.store import delivery_views, heartbeats
from amplifier.store.holding import stops
from amplifier.store.models import DeliveryRow
from tests.store import filled
from tests.store.filled import NOW
from tests.waiting import all_answered

REPOSITORY = Path(__file__).parents[2]
WHY = "A wrong name is in it."


@pytest.fixture
def install(tmp_path: Path, sqlite_ledger: None, monkeypatch: pytest.MonkeyPatch) -> Install:  # noqa: ARG001  its ledger
    monkeypatch.delenv("AMPLIFIER_STOP", raising=False)
    filled.open_ledger()
    return Install(REPOSITORY, tmp_path, load(REPOSITORY), "a key")


def _pull(install: Install, scope: str = EVERYTHING) -> stop_flags.Pulled:
    return pull([install.var], reason=WHY, actor="cli:wren", now=NOW, scope=scope)


def test_everything_is_stopped_by_the_file_and_in_the_database(install: Install) -> None:
    assert why_stopped(install) == ""
    pulled = _pull(install)
    assert (pulled.flags, pulled.problems) == ((Flag.FILE, Flag.DATABASE), ())
    assert install.stop_file.read_text() == f"{WHY}\n"
    assert [(one.flag, one.reason, one.actor) for one in stop_flags.stop_flags(install)] == [
        (Flag.FILE, WHY, install.stop_file.owner()),
        (Flag.DATABASE, WHY, "cli:wren"),
    ]
    install.stop_file.unlink()
    assert why_stopped(install) == WHY
    stops.lift(actor="cli:wren", now=NOW)
    assert why_stopped(install) == ""


def test_what_was_under_way_is_named(install: Install) -> None:
    going = filled.sending("These words.")
    filled.add("Those words.", account="bluesky")
    assert [row.id for row in _pull(install).under_way] == [going.id]


def test_one_account_is_stopped_in_the_database_and_no_file_stops_the_rest(install: Install) -> None:
    assert _pull(install, scope_of(account="x")).flags == (Flag.DATABASE,)
    assert not install.stop_file.exists()
    assert why_stopped(install) == ""
    assert stop_flags.in_words(install) == ((False, f"Sending on x is stopped. {WHY}"),)


def test_stopping_twice_keeps_the_first_reason(install: Install) -> None:
    _pull(install)
    again = pull([install.var], reason="Another", actor="link", now=NOW)
    assert again.flags == (Flag.FILE, Flag.DATABASE)
    assert {one.reason for one in stop_flags.stop_flags(install)} == {WHY}


def test_a_locked_database_keeps_nobody_from_stopping(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stop_flags, "DATABASE_WITHIN_S", 0.3)
    other = sqlite3.connect(connection.settings_dict["NAME"])
    other.execute("BEGIN IMMEDIATE")
    pulled = _pull(install)  # while the lock stands
    assert pulled.flags == (Flag.FILE,)
    assert pulled.problems == ("The database could not be written (no answer within 0.3 seconds).",)
    other.rollback()
    other.close()
    all_answered()


def test_a_folder_that_takes_no_file_is_told_and_the_database_stops_alone(install: Install) -> None:
    elsewhere = replace(install, var=install.var / "gone")
    pulled = pull([elsewhere.var], reason=WHY, actor="cli:wren", now=NOW)
    assert pulled.flags == (Flag.DATABASE,)
    assert pulled.problems == (f"The file {elsewhere.stop_file} could not be written (No such file or directory).",)


@pytest.mark.skipif(not os.access("/dev/full", os.W_OK), reason="there is no full device here")
def test_a_full_disk_that_takes_the_file_and_not_its_words_stops_as_well(install: Install) -> None:
    install.stop_file.symlink_to("/dev/full")  # as far as the file's own bytes go
    assert Flag.FILE in _pull(install).flags


def test_a_file_that_is_a_folder_stops_and_says_so(install: Install) -> None:
    install.stop_file.mkdir()
    assert why_stopped(install) == f"The stop file {install.stop_file} cannot be read (Is a directory)."
    assert Flag.FILE in _pull(install).flags


def test_a_link_to_nothing_stops_as_stop_says_it_does(install: Install) -> None:
    install.stop_file.symlink_to(install.var / "nowhere")
    assert Flag.FILE in _pull(install).flags
    assert [one.flag for one in flags(install)] == [Flag.FILE]
    let_go_on(install, actor="cli:wren", now=NOW)
    assert flags(install) == ()


def test_a_folder_that_lets_nobody_look_is_told_and_is_no_reason_to_fail(
    install: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    for name in ("open", "exists"):
        monkeypatch.setattr(Path, name, refuse)
    problem = stop_flags._write_flag(install.stop_file, WHY)
    assert problem == f"The file {install.stop_file} could not be written (Permission denied)."


@pytest.mark.parametrize("value", ["1", "yes", "no"])
def test_the_environment_stops_with_whatever_stands_in_it(
    install: Install, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("AMPLIFIER_STOP", value)
    assert why_stopped(install) == "AMPLIFIER_STOP is set in the environment."
    with pytest.raises(UsageError, match="set in the environment where this command runs"):
        let_go_on(install, actor="cli:wren", now=NOW)


def test_what_a_person_said_is_told_from_what_names_our_files_and_variables(
    install: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop_flags.pull([install.var], reason="A wrong name", actor="cli:wren", now=NOW)
    assert [one.by_person for one in stop_flags.stop_flags(install)] == [True, True]
    install.stop_file.write_text("")
    assert [one.by_person for one in stop_flags.flags(install)] == [False]
    monkeypatch.setenv("AMPLIFIER_STOP", "1")
    assert [one.by_person for one in stop_flags.flags(install)] == [False, False]


def test_a_stop_without_a_reason_keeps_the_services_note_as_no_persons_words(install: Install) -> None:
    stop_flags.pull([install.var], reason="  ", note="Pressed on a page", actor="console", now=NOW)
    assert [(one.reason, one.by_person) for one in stop_flags.stop_flags(install)] == [
        ("Pressed on a page.", False)
    ] * 2
    assert install.stop_file.read_text() == "[Pressed on a page.]\n"
    assert len(stop_flags.in_words(install)) == 1  # said once, though it stands in two places


def test_what_a_person_wrote_into_the_stop_file_by_hand_is_theirs(install: Install) -> None:
    install.stop_file.write_text("A wrong name is in it\n")
    assert [(one.reason, one.by_person) for one in stop_flags.flags(install)] == [("A wrong name is in it", True)]


@pytest.mark.parametrize("value", ["", "0", " "])
def test_an_empty_variable_stops_nothing(install: Install, monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("AMPLIFIER_STOP", value)
    assert why_stopped(install) == ""


def test_what_the_workers_environment_says_is_known_everywhere_and_written_once(
    install: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell_flag(install, now=NOW)
    assert stop_flags.FLAG_BEAT not in heartbeats.heartbeats(), "nothing to say is not said"
    with monkeypatch.context() as workers:
        workers.setenv("AMPLIFIER_STOP", "1")
        tell_flag(install, now=NOW)
        tell_flag(install, now=NOW + timedelta(minutes=1))
    assert heartbeats.heartbeats()[stop_flags.FLAG_BEAT].at == NOW
    assert why_stopped(install) == "AMPLIFIER_STOP is set in the environment of the worker."
    with pytest.raises(UsageError, match="set in the environment where the worker runs"):
        let_go_on(install, actor="cli:wren", now=NOW)
    tell_flag(install, now=NOW)
    assert why_stopped(install) == ""


def test_letting_go_on_takes_both_flags_away(install: Install) -> None:
    _pull(install)
    assert [one.scope for one in let_go_on(install, actor="cli:wren", now=NOW)] == [EVERYTHING]
    assert stop_flags.stop_flags(install) == ()


def test_a_stop_of_one_account_outlives_the_end_of_the_other(install: Install) -> None:
    _pull(install, scope_of(account="x"))
    _pull(install)
    let_go_on(install, actor="cli:wren", now=NOW)
    assert [one.scope for one in stop_flags.stop_flags(install)] == ["account:x"]


@pytest.mark.parametrize(
    ("scope", "holds_it"),
    [(EVERYTHING, True), ("account:x", True), ("tag:lab23", True), ("account:bluesky", False), ("tag:other", False)],
)
def test_the_stop_that_holds_a_post_back_is_known_whatever_its_scope(
    install: Install, scope: str, *, holds_it: bool
) -> None:
    (row,) = delivery_views.views_by_id([filled.add("Vote now #Lab23")])
    assert stop_of(install, row) is None
    _pull(install, scope)
    found = stop_of(install, row)
    assert (found.scope if found else None) == (scope if holds_it else None)
    assert stop_of(install, replace(row, identity=replace(row.identity, verb=Verb.DELETE))) is None


def test_what_waits_is_what_no_other_stop_holds_back(install: Install) -> None:
    rows = {name: filled.add(account=name) for name in ("x", "bluesky", "mastodon")}
    DeliveryRow.objects.update(state=State.HELD, reason=HoldReason.STOPPED)
    _pull(install, scope_of(account="x"))
    _pull(install, scope_of(account="bluesky"))
    assert [row.id for row in waiting(install, "account:x", now=NOW)] == [rows["x"], rows["mastodon"]]
    install.stop_file.touch()
    assert waiting(install, "account:x", now=NOW) == ()


def test_what_came_due_with_no_worker_there_waits_for_a_person_too(install: Install) -> None:
    due, later = filled.add(due=NOW), filled.add(due=filled.after(600))
    _pull(install)
    assert [row.id for row in waiting(install, EVERYTHING, now=filled.after(60))] == [due]
    assert DeliveryRow.objects.get(id=due).reason == HoldReason.STOPPED
    assert DeliveryRow.objects.get(id=later).state == State.QUEUED
    assert waiting(install, EVERYTHING, now=filled.after(900)) != (), "the later one"
    assert DeliveryRow.objects.get(id=due).state == State.MISSED


def test_what_is_missed_because_of_the_stop_is_told_from_what_was_missed_before(install: Install) -> None:
    assert install
    numbers = [filled.add(due=filled.after(seconds)) for seconds in (-1000, 0, 60)]
    DeliveryRow.objects.filter(id__in=numbers).update(state=State.MISSED, reason=HoldReason.STOPPED)
    DeliveryRow.objects.filter(id=numbers[2]).update(reason="")
    assert [row.id for row in stop_flags.too_late(NOW)] == [numbers[1]]


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
