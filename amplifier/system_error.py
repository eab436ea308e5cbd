"""What the system refused, in words: which file, why, and what to do about it; for whatever nobody saw coming."""

from __future__ import annotations

import errno
import os

LONGEST = 120  # characters of a file's name that are shown; the longest ones are the trouble themselves
AGAIN = "then give the command again."
PLACE = "--home FOLDER, --var FOLDER"
# By what the system says: what that means for {it}, and what to do.
WORDS: dict[int, tuple[str, str]] = {
    errno.ENOENT: (
        "{it} is not there",
        f"Was it moved, or its disk taken away? Put it back, {AGAIN}",
    ),
    errno.EISDIR: ("{it} is a folder, where a file is needed", f"Move the folder away, {AGAIN}"),
    errno.ENOTDIR: (
        "{it} cannot be reached: a part of its path is a file",
        f"Move that file away, or name another place: {PLACE}",
    ),
    errno.ENAMETOOLONG: ("{it} is a longer name than a disk takes", "Choose a shorter one."),
    errno.ELOOP: ("{it} is a link that leads round in a circle", f"Mend the link, {AGAIN}"),
    errno.EROFS: (
        "{it} is on a disk that cannot be written",
        f"Make the disk writable, or name another place: {PLACE}",
    ),
    **dict.fromkeys(
        (errno.EACCES, errno.EPERM),
        (
            "{it} may not be used by the user that runs this",
            f"Give that user the right to it, or name another place: {PLACE}",
        ),
    ),
    **dict.fromkeys(
        (errno.ENOSPC, errno.EDQUOT, errno.EFBIG),
        ("There is no room for {it}", f"Make room on that disk, {AGAIN}"),
    ),
    **dict.fromkeys(
        (errno.EMFILE, errno.ENFILE),
        ("Too many files are open for {it}", f"Raise the limit (ulimit -n 4096) or end other programs, {AGAIN}"),
    ),
    **dict.fromkeys(
        (errno.EIO, errno.ENXIO, errno.ENODEV, errno.ESTALE),
        ("The disk of {it} fails, or is gone", f"Look after that disk, {AGAIN}"),
    ),
    **dict.fromkeys(
        (errno.ENOMEM, errno.EAGAIN),
        ("This computer has no room left for {it}", f"End other programs, {AGAIN}"),
    ),
}
NO_FOLDER = (
    "The folder that you are in is not there any more",
    "Go to one that is there (cd), and give the command again.",
)
# What libraries derive from OSError for connections and protocols: their numbers, where they have any, are their own.
OF_CONNECTIONS = frozenset({"ssl", "socket", "urllib", "http", "smtplib", "ftplib", "requests", "urllib3"})
NO_ANSWER = ("A connection failed", "Look whether the other side runs and can be reached, and give the command again.")
OTHER = ("The system refused {it}", "Look after what it says, and give the command again.")


def in_words(error: OSError) -> tuple[str, str]:
    """What happened, as a sentence with the file and the system's own words, and what to do about it."""
    it = _file(error)
    if isinstance(error, ConnectionError | TimeoutError) or _is_of_connections(error):
        what, do = NO_ANSWER
    elif not _is_the_systems(error):
        what, do = OTHER
    elif error.errno == errno.ENOENT and not it:
        what, do = NO_FOLDER  # the system names every other file
    else:
        what, do = WORDS.get(error.errno or 0, OTHER)
    said = " ".join(str(error.strerror or error).split())[:LONGEST] or type(error).__name__
    return f"{what.format(it=it or 'what this needs')} ({said}).", do


def _is_of_connections(error: OSError) -> bool:
    return any(one.__module__.partition(".")[0] in OF_CONNECTIONS for one in type(error).__mro__)


def _is_the_systems(error: OSError) -> bool:
    """Whether the number is the system's own: a library's kind of error may carry another, or none that it means."""
    return type(error).__module__ == "builtins" or error.strerror == os.strerror(error.errno or 0)


def _file(error: OSError) -> str:
    """The file that the system names, or both of two; empty where it names none."""
    names = (error.filename, error.filename2)
    return " or ".join(_shown(os.fsdecode(name)) for name in names if isinstance(name, str | bytes) and name)


def _shown(name: str) -> str:
    short = name if len(name) <= LONGEST else f"{name[: LONGEST // 2]}…{name[-LONGEST // 4 :]}"
    return short.replace("\n", "\\n")
