"""How many connections this process may hold at once: the system's limit of open files, raised as far as it may be."""

from __future__ import annotations

import resource

WANTED = 16_384  # open files: ten thousand visitors who keep their connection, and some
RESERVE = 256  # for the database, pages and whatever the interpreter opens
LEAST = 64  # connections, however little the system gives


def raise_limit(wanted: int = WANTED) -> int:
    """Raise the limit as far as this process may, never lower it; how many files it may open now."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
        except (OSError, ValueError):  # some systems have a limit beyond the one that they name
            return soft
        return most
    return wanted if soft == resource.RLIM_INFINITY else soft


def connections(files: int) -> int:
    """How many connections to hold at once where so many files may be open."""
    return max(LEAST, min(files, WANTED) - RESERVE)


def too_few(files: int) -> str:
    """What this limit means for visitors, and what to do; empty where it is as high as wanted."""
    if files >= WANTED:
        return ""
    return (
        f"This system lets the web server open {files:,} files, so about {connections(files):,} visitors at once may "
        f"keep their connection. For more, raise its limit to {WANTED:,}, such as by ulimit -n or LimitNOFILE."
    )
