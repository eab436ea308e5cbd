"""Every way Amplifier can fail, as one tree; each docstring is advice to whoever operates it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong in a file or an argument, and what to do about it.

    `line` counts from 1; 0 means the whole file. `rule` is a short stable name for programs.
    """

    path: str
    line: int
    rule: str
    message: str
    hint: str = ""

    def as_json(self) -> dict[str, str | int]:
        """The five fields by name, for `--json`."""
        return asdict(self)

    def __str__(self) -> str:
        where = f"{self.path}:{self.line}" if self.line else self.path
        told = f"{where}: {self.message}" if where else self.message
        return told + (f"\n    {self.hint}" if self.hint else "")


LONGEST = 1000  # characters of what went wrong at a network, which nobody reads to its end


def on_one_line(words: str) -> str:
    """What a stranger said, as it may be kept and shown: no steering of a terminal, no line end, no half a letter."""
    shown = "".join(letter if letter.isprintable() else " " for letter in words)
    return " ".join(shown.split())[:LONGEST]


class AmplifierError(Exception):
    """Something went wrong that a person can put right; the message says how."""


class FileError(AmplifierError):
    """A file is wrong. Nothing has started; mend what each problem names and run the command again."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


class SettingsError(FileError):
    """settings.yaml is wrong. Mend the line that is named; `amplifier check` tells when it is good."""


class ScheduleError(FileError):
    """A file in schedules/ is wrong. While the service runs, the last good version stays in force."""


class TemplateError(FileError):
    """A file in templates/ is wrong. While the service runs, the last good version stays in force."""


class UsageError(AmplifierError):
    """The command cannot be carried out as it was given; nothing was changed."""


class DatabaseTrouble(AmplifierError):
    """The database cannot be used now, or is damaged; nothing is sent meanwhile. The message says what to mend."""


class PlatformError(AmplifierError):
    """A network answered, or failed to; what follows depends on the class below this one.

    `until` (UTC): the network asked not to be called before then, whatever became of this call. The message may hold a
    server's own words; they are cleaned here, once, wherever they are written or shown.
    """

    def __init__(self, message: str, until: datetime | None = None) -> None:
        super().__init__(on_one_line(message))
        self.until = until


class RateLimited(PlatformError):
    """The network asks us to wait until `until` (UTC). `scope` says whether one account or the whole app waits."""

    def __init__(self, message: str, until: datetime, scope: Literal["account", "app"] = "account") -> None:
        super().__init__(message, until)
        self.until: datetime = until
        self.scope = scope


class Unavailable(PlatformError):
    """The network could not be reached and certainly published nothing. Amplifier tries again by itself."""


class Unpaid(Unavailable):
    """The month's budget does not cover this call, so it was not made. Raise the budget, or wait for the new month."""


class OutcomeUnknown(PlatformError):
    """No clear answer came: the post may be out. Amplifier looks before it repeats anything.

    `remote_id` and `url` are those of the post that the answer named, where it named one: that is looked at first.
    """

    def __init__(self, message: str, until: datetime | None = None, *, remote_id: str = "", url: str = "") -> None:
        super().__init__(message, until)
        self.remote_id = remote_id
        self.url = url


class AlreadyPublished(PlatformError):
    """The network says that this post exists already. Amplifier looks for it and adopts it if it is ours."""


class Rejected(PlatformError):
    """The network will never accept this post as it is. It is held until a person changes its words."""


class AccountLost(PlatformError):
    """The network no longer lets us in: token revoked, account suspended, or out of credit. Renew the access."""
