"""What a server told of its limit is known to every command that counts, before the hour of the post."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from django.db import connection

from amplifier.clock import utc_now
from amplifier.store.identity import accounts
from tests.cli.conftest import Shell


def tell(shell: Shell, limit: int, counts: str = "") -> None:
    """The server has told it, and the ledger lies where the command looks."""
    accounts.account_is_ok("mastodon", remote_id="1", url="", text_limit=limit, counts=counts, now=utc_now())
    shell.var.mkdir(exist_ok=True)
    connection.close()
    shutil.copy(Path(connection.settings_dict["NAME"]), shell.var / "amplifier.sqlite3")


@pytest.mark.parametrize("command", [("check",), ("preview", "lab23/vote"), ("plan",)])
def test_a_post_that_is_too_long_for_its_server_is_told_by_every_command_that_counts(
    shell: Shell, command: tuple[str, ...]
) -> None:
    assert shell(*command).code == 0
    tell(shell, 100)

    told = shell(*command, "--json")

    assert told.code == (1 if "preview" in command else 2), "a preview shows the others"
    assert "Mastodon allows 100 characters" in told.out


def test_where_all_counts_a_preview_counts_all(shell: Shell) -> None:
    def used() -> dict[str, int]:
        rows = shell.ask("preview", "lab23/vote")["wordings"]
        return {row["wording"]: row["used"] for row in rows if row["platform"] == "mastodon"}

    before = used()
    tell(shell, 5000, "codepoints")
    after = used()

    assert sum(after.values()) > sum(before.values())  # the handle with its server, and links


def test_a_limit_goes_with_its_account_and_not_with_the_name_that_another_has_now(shell: Shell) -> None:
    tell(shell, 100)
    file = shell.home / "settings.yaml"
    file.write_text(file.read_text().replace("https://social.example", "https://elsewhere.example"))

    assert shell("check").code == 0  # what this server takes is told when the service has reached it
    assert shell("preview", "lab23/vote").code == 0
