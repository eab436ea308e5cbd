from __future__ import annotations

import subprocess
import sys

import pytest

from amplifier.cli.run.said_stop import SaidStop, option

pytestmark = pytest.mark.program


@pytest.mark.parametrize(
    ("scope", "words"),
    [("all", "resume"), ("account:bluesky", "resume --account bluesky"), ("tag:lab23", "resume --tag lab23")],
)
def test_each_scope_has_the_words_that_end_it(scope: str, words: str) -> None:
    assert SaidStop(scope, "Sending is stopped.", "Wait.").ends_by == words == f"resume{option(scope)}"


def test_what_starts_everything_is_loaded_without_the_database() -> None:
    for module in ("run.up", "rehearsal.rehearse", "run.nearby"):
        told = subprocess.run(
            [sys.executable, "-c", f"import sys, amplifier.cli.{module}; print('django' in sys.modules)"],
            capture_output=True,
            text=True,
            check=True,
        )
        assert told.stdout.strip() == "False", module
