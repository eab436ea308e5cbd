"""`stop` does it first and talks afterwards; `stop-link` hands the same out to a phone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from amplifier.__main__ import main
from amplifier.campaign.delivery import State
from amplifier.campaign.secret_link import LinkKind
from amplifier.cli.run.console_token import Opened, keep
from amplifier.clock import utc_now
from amplifier.store import secret_links
from amplifier.store.holding import stops
from amplifier.store.holding.stop_links import written
from amplifier.store.models import DeliveryRow, SecretLinkRow
from amplifier.web.whereabouts import announce
from tests.cli.conftest import Said, Shell
from tests.test_no_file import make


def test_it_says_what_holds_sending_back_and_how_to_let_it_go_on(shell: Shell) -> None:
    said = shell("stop", "--reason", "A wrong [name]")
    assert said.code == 0
    told = " ".join(said.out.split())
    assert told.startswith("■ Sending is stopped everywhere. A wrong [name]. Nothing begins to go out any more.")
    assert "Nothing was on its way. To let it go on: amplifier resume" in told
    assert "Corrections and deletions go on." in told
    assert [(one.scope, one.reason) for one in stops.stops()] == [("all", "A wrong [name].")]
    assert (shell.var / "STOP").read_text() == "A wrong [name].\n"


def test_what_is_on_its_way_is_named(shell: Shell) -> None:
    row = DeliveryRow.objects.get(post__slot="hello", account__label="x")
    DeliveryRow.objects.filter(id=row.pk).update(state=State.SENDING)
    assert f"  x  hello/once  “{' '.join(row.text.split())[:40]}" in shell("stop").out
    (named,) = shell.ask("stop")["under_way"]
    assert (named["id"], named["post"], named["text"]) == (row.pk, "hello/once", row.text)


def test_one_account_or_one_tag_is_the_databases_alone(shell: Shell) -> None:
    assert "  amplifier resume --account x\n" in shell("stop", "--account", "x").out
    assert "  amplifier resume --tag lab23\n" in shell("stop", "--tag", "#Lab23").out
    assert not (shell.var / "STOP").exists()
    assert "Did you mean x?" in shell.refused("stop", "--account", "xx")
    assert "not allowed with" in shell.refused("stop", "--account", "x", "--tag", "y")


def test_a_tag_that_no_coming_post_has_is_stopped_and_doubted(shell: Shell) -> None:
    said = shell("stop", "--tag", "#Nosuch")
    assert said.code == 0
    assert "▲ No coming post has #nosuch. Is it spelt like that?" in said.out
    assert "No coming post" not in shell("stop", "--tag", "#Lab23").out


def test_a_tag_that_no_post_can_have_is_refused_and_nothing_is_stopped(shell: Shell) -> None:
    assert "is no hashtag, so it would stop nothing" in shell.refused("stop", "--tag", "Lab 23")
    assert "Did you mean lab23?" in shell.refused("stop", "--tag", "lab23,vote")
    assert stops.stops() == ()
    assert "  amplifier resume --tag lab23\n" in shell("stop", "--tag", "\uff03Lab23").out


def test_where_nothing_could_be_written_it_says_so_loudly(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("amplifier.deliver.stop_flags._stop_in_database", lambda *_: 1 // 0)
    monkeypatch.setattr("amplifier.deliver.stop_flags._write_flag", lambda *_: "The disk is read-only.")
    said = shell("stop")
    assert said.code == 1
    assert "The disk is read-only." in said.out
    assert "NOTHING IS STOPPED." in said.out
    assert "AMPLIFIER_STOP=1" in said.out
    one = shell("stop", "--tag", "lab23")
    assert one.code == 1
    assert "To stop everything:\n  amplifier stop" in one.out


def test_without_good_settings_every_folder_that_may_be_meant_gets_its_flag(shell: Shell) -> None:
    (shell.home / "settings.yaml").write_text("mode: liv\n")
    shell.var.mkdir(exist_ok=True)
    assert shell("stop", "--reason", "Broken").code == 0
    assert (shell.var / "STOP").exists()
    (shell.var / "STOP").unlink()
    shell.var.rename(shell.var.with_name("elsewhere"))
    assert "Name the service's data folder" in shell.refused("stop")


def in_place(shell: Shell, *words: str) -> Said:
    """A command without --var, as people give it in the campaign's folder."""
    code = main([*words, "--home", str(shell.home)])
    return Said(code, *shell.read())


def test_without_settings_it_stops_what_is_there(shell: Shell) -> None:
    (shell.home / "settings.yaml").unlink()
    live = shell.home / "var" / "live"
    live.mkdir(parents=True)
    said = in_place(shell, "stop", "--reason", "Gone")
    assert said.code == 0, said
    assert (live / "STOP").read_text() == "Gone.\n"
    assert "settings.yaml: This file cannot be read" in said.out
    assert "■ Sending is stopped everywhere. Gone." in said.out
    assert "First put in order what is named above. To let it go on:" in said.out
    assert "Which data folder" not in said.out


def test_without_settings_the_folder_that_is_named_is_stopped_alone(shell: Shell) -> None:
    (shell.home / "settings.yaml").unlink()
    (shell.home / "var" / "live").mkdir(parents=True)
    shell.var.mkdir(exist_ok=True)
    assert shell("stop").code == 0
    assert (shell.var / "STOP").exists()
    assert not (shell.home / "var" / "live" / "STOP").exists()


@pytest.mark.parametrize("kind", ["a folder", "a pipe", "a link to nothing", "broken"])
def test_where_the_mode_cannot_be_told_both_are_stopped_and_it_says_so(shell: Shell, kind: str) -> None:
    settings = shell.home / "settings.yaml"
    settings.unlink()
    settings.write_text("mode: liv\n") if kind == "broken" else make(settings, kind)
    files = [shell.home / "var" / mode / "STOP" for mode in ("rehearsal", "live")]
    for file in files:
        file.parent.mkdir(parents=True)
    said = in_place(shell, "stop")
    assert said.code == 0, said
    assert all(file.exists() for file in files)
    assert all(f"  {file}\n" in said.out for file in files)
    assert "Which data folder is in use cannot be told, so each has a stop file now:" in said.out
    assert json.loads(in_place(shell, "stop", "--json").out)["files"] == [str(file) for file in files]


def test_without_settings_and_without_data_it_says_where_it_looked(shell: Shell) -> None:
    (shell.home / "settings.yaml").unlink()
    said = in_place(shell, "stop")
    assert (said.code, said.out) == (2, "")
    assert f"There is no settings.yaml in {shell.home}." in said.err


# The link


@pytest.fixture
def served(shell: Shell) -> None:  # noqa: ARG001
    """The pages were served here, on another port than the usual one."""
    announce("127.0.0.1", 8222)


@pytest.mark.usefixtures("served")
def test_a_link_is_shown_once_and_only_its_digest_is_kept(shell: Shell, tmp_path: Path) -> None:
    picture = tmp_path / "stop.svg"
    said = shell("stop-link", "--svg", str(picture))
    assert said.code == 0
    address = next(line.strip() for line in said.out.splitlines() if "/stop/" in line)
    token = address.rpartition("/")[2]
    assert address == f"http://127.0.0.1:8222/stop/{token}"
    assert "█" in said.out
    assert "It works on this computer alone until settings.yaml says `address:`" in " ".join(said.out.split())
    assert picture.read_text().startswith("<?xml")
    assert picture.stat().st_mode & 0o077 == 0
    assert secret_links.find_secret_link(LinkKind.STOP, token) is not None
    assert token not in str(list(SecretLinkRow.objects.values()))


@pytest.mark.usefixtures("served")
def test_several_links_may_exist_and_all_end_together(shell: Shell) -> None:
    first = shell.ask("stop-link")["address"]
    assert len(shell.ask("stop-link")["in_use"]) == 2
    listed = shell("stop-link", "--list").out
    assert listed.count("stop link ") == 2
    assert first not in listed
    assert len(written(shell.var) or ()) == 2
    assert "All 2 stop links lead nowhere now" in shell("stop-link", "--revoke").out
    assert written(shell.var) == {}
    assert secret_links.find_secret_link(LinkKind.STOP, first.rpartition("/")[2]) is None
    assert "There is no stop link in use." in shell("stop-link", "--list").out
    assert "There was no stop link to end." in shell("stop-link", "--revoke").out


def test_in_a_rehearsal_the_link_leads_to_where_the_pages_are_served(shell: Shell) -> None:
    assert "nothing has served them here yet. Start them: amplifier up" in shell.refused("stop-link")
    announce("127.0.0.1", 8222)
    assert shell.ask("stop-link")["address"].startswith("http://127.0.0.1:8222/stop/")
    with keep(shell.var, Opened("127.0.0.1", 8111, "s3cret")):  # which could not write down where it is
        assert shell.ask("stop-link")["address"].startswith("http://127.0.0.1:8111/stop/")
        with keep(shell.var, Opened("127.0.0.1", 8222, "s3cret")):
            assert shell.ask("stop-link")["address"].startswith("http://127.0.0.1:8222/stop/"), "it spoke last"
    assert shell.ask("stop-link")["address"].startswith("http://127.0.0.1:8222/stop/"), "where it was last"


def test_the_address_in_the_settings_is_where_people_go(shell: Shell) -> None:
    settings = shell.home / "settings.yaml"
    settings.write_text(f"{settings.read_text()}\naddress: https://amplifier.example\n")
    assert shell.ask("stop-link")["address"].startswith("https://amplifier.example/stop/")
    assert "on this computer alone" not in shell("stop-link").out


@pytest.mark.usefixtures("served")
def test_a_picture_that_cannot_be_written_makes_no_link(shell: Shell, tmp_path: Path) -> None:
    assert "cannot be written" in shell.refused("stop-link", "--svg", str(tmp_path / "no" / "such.svg"))
    assert secret_links.secret_links(kind=LinkKind.STOP) == ()
    assert utc_now()
