"""The secret that opens the console while `up` or `web` runs, in a file that its operating-system user alone reads."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import secrets
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from amplifier.install import is_locked
from amplifier.web.admission import address_of, base_of

VARIABLE = "AMPLIFIER_CONSOLE_TOKEN"  # from `up` to its web server alone, so that one that starts again has the same
TOKEN_BYTES = 32
FILES = "console-*.token"
UNFINISHED = ".console-"


@dataclass(frozen=True)
class Opened:
    """A console that is being served: where, and the secret that opens it."""

    host: str
    port: int
    token: str = field(repr=False)

    def address(self, path: str = "/") -> str:
        """The address that opens it at this page; without a secret, the page's own."""
        return (
            address_of(self.host, self.port, self.token, path) if self.token else base_of(self.host, self.port) + path
        )

    def without_token(self) -> Opened:
        """The same for whoever may not see the secret: a log, or somebody who asks where the kit is."""
        return replace(self, token="")


def new_token() -> str:
    """A secret for one run."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def token_of_this_run() -> str:
    """What `up` gave to this process, else a secret of its own."""
    return os.environ.pop(VARIABLE, "") or new_token()


def keep(var: Path, opened: Opened) -> contextlib.AbstractContextManager[object]:
    """Write it down for `console-link`; it counts until what comes back is closed or the process ends, however.

    Raises OSError if it cannot be written; the console is open all the same.
    """
    path = var / FILES.replace("*", str(opened.port))
    if is_locked(path):  # another process serves there, so this one will not
        raise FileExistsError(errno.EEXIST, "another process has its own there", str(path))
    # Under its own name it is there only whole and locked: whoever asks at that moment neither finds half of it nor
    # keeps us from locking it.
    descriptor, made = tempfile.mkstemp(prefix=UNFINISHED, dir=var)
    file = os.fdopen(descriptor, "w", encoding="utf-8")
    try:
        os.fchmod(descriptor, 0o600)  # a umask takes rights away, and may take ours
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        file.write(f"{opened.host}\n{opened.port}\n{opened.token}\n")
        file.flush()
        Path(made).replace(path)
    except OSError:
        with contextlib.suppress(OSError):  # it writes once more
            file.close()
        Path(made).unlink()
        raise
    return file


def opened_here(var: Path) -> list[Opened]:
    """Every console of this data folder that is being served now."""
    return [opened for path in sorted(var.glob(FILES)) for opened in _read(path)]


def _read(path: Path) -> Iterator[Opened]:
    with contextlib.suppress(OSError, ValueError), path.open(encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:  # whoever wrote it is still there
            host, port, token = file.read().split()
            yield Opened(host, int(port), token)
