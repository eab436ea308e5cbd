from __future__ import annotations

import errno
import gzip
import io
import os
import shutil
import smtplib
import socket
import ssl
import urllib.error

import pytest
import requests

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
        (socket.gaierror(-2, "Name or service not known"), "A connection failed (Name or service not known)."),
        (socket.herror(1, "Unknown host"), "A connection failed (Unknown host)."),
        (
            ssl.SSLCertVerificationError(1, "[SSL] certificate verify failed"),
            "A connection failed ([SSL] certificate verify failed).",
        ),
        (ssl.SSLEOFError(8, "EOF occurred in violation of protocol"), "A connection failed (EOF occurred in"),
        (ssl.SSLWantReadError(2, "The operation did not complete"), "A connection failed (The operation did not"),
        (urllib.error.URLError(PermissionError(13, "no")), "A connection failed ("),
        (requests.exceptions.SSLError(1, "bad handshake"), "A connection failed (bad handshake)."),
        (requests.exceptions.InvalidURL("No host"), "A connection failed (No host)."),
        (smtplib.SMTPAuthenticationError(535, b"no"), "A connection failed ((535, b'no'))."),
        (smtplib.SMTPServerDisconnected("gone"), "A connection failed (gone)."),
        (shutil.Error(13, "not a number of the system"), "The system refused what this needs (not a number of"),
        (gzip.BadGzipFile("Not a gzipped file"), "The system refused what this needs (Not a gzipped file)."),
        (io.UnsupportedOperation("not readable"), "The system refused what this needs (not readable)."),
        (OSError(["several", "things"]), "The system refused what this needs (['several', 'things'])."),
        (OSError(), "The system refused what this needs (OSError)."),
    ],
)
def test_what_has_no_file_or_number_is_said_all_the_same(error: OSError, said: str) -> None:
    assert in_words(error)[0].startswith(said)
