from __future__ import annotations

import errno
import os
import socket

import pytest

from amplifier.system_error import LONGEST, WORDS, in_words

FILE = "/srv/campaign/var/live/amplifier.sqlite3"


def refused(number: int, name: str | None = FILE, other: str | None = None) -> OSError:
    return OSError(number, os.strerror(number), name, None, other)


@pytest.mark.parametrize("number", [*WORDS, errno.EXDEV, errno.EBUSY], ids=errno.errorcode.get)
def test_it_names_the_file_and_says_in_the_systems_words_why_and_what_to_do(number: int) -> None:
    what, do = in_words(refused(number))
    assert FILE in what
    assert what.endswith(f" ({os.strerror(number)}).")
    assert do.endswith((".", "FOLDER"))


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (errno.ENOSPC, f"There is no room for {FILE} (No space left on device)."),
        (errno.EACCES, f"{FILE} may not be used by the user that runs this (Permission denied)."),
        (errno.EISDIR, f"{FILE} is a folder, where a file is needed (Is a directory)."),
        (errno.ENAMETOOLONG, f"{FILE} is a longer name than a disk takes (File name too long)."),
        (errno.EMFILE, f"Too many files are open for {FILE} (Too many open files)."),
        (errno.EIO, f"The disk of {FILE} fails, or is gone (Input/output error)."),
        (errno.EBUSY, f"The system refused {FILE} (Device or resource busy)."),
    ],
)
def test_each_kind_of_trouble_has_its_sentence(number: int, sentence: str) -> None:
    assert in_words(refused(number))[0] == sentence


def test_without_a_name_it_is_a_sentence_too() -> None:
    assert in_words(refused(errno.EMFILE, None))[0].startswith("Too many files are open for what this needs (")
    assert in_words(refused(errno.ENOENT, None))[0].startswith("The folder that you are in is not there any more (")


def test_of_a_move_both_places_are_named() -> None:
    assert "/one or /two" in in_words(refused(errno.EACCES, "/one", "/two"))[0]


def test_a_long_name_is_shown_short_and_on_one_line() -> None:
    what, _ = in_words(refused(errno.ENAMETOOLONG, "/srv/" + "n" * 5000 + "\nend"))
    assert len(what) < 2 * LONGEST
    assert "…" in what
    assert what.count("\n") == 0
    assert "\\nend is a longer name" in what


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused"), "A connection failed (Connection refused)."),
        (TimeoutError("timed out"), "A connection failed (timed out)."),
        (TimeoutError(), "A connection failed (TimeoutError)."),
        (socket.gaierror(-2, "Name or service not known"), "The system refused what this needs (Name or service not k"),
        (OSError(["several", "things"]), "The system refused what this needs (['several', 'things'])."),
        (OSError(), "The system refused what this needs (OSError)."),
    ],
)
def test_what_has_no_file_or_number_is_said_all_the_same(error: OSError, said: str) -> None:
    assert in_words(error)[0].startswith(said)
