"""Where this install keeps its data, decided before the database is opened."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from amplifier.errors import UsageError
from amplifier.settings import Mode, Settings, load

SANDBOX_PORT = 8900


@dataclass(frozen=True)
class Place:
    """One install: its files (`home`), its data (`var`), its settings, and the key that seals its sessions."""

    home: Path
    var: Path
    settings: Settings
    key: str

    @property
    def sandbox_token(self) -> str:
        """What opens the sandbox's control door; made from the key, so that every process has the same."""
        return sha256(b"sandbox:" + self.key.encode()).hexdigest()

    @property
    def sandbox_port(self) -> int:
        """The port of the pretend networks, on 127.0.0.1."""
        return int(os.environ.get("AMPLIFIER_SANDBOX_PORT", SANDBOX_PORT))


def settle(home: Path, var: Path | None = None) -> Place:
    """Read the settings, find or make the data folder, and put what Django needs into the environment.

    A rehearsal has its own folder and key and never looks at DATABASE_URL or AMPLIFIER_KEY; live needs AMPLIFIER_KEY.
    Raises SettingsError, or UsageError with the next step.
    """
    settings = load(home)
    folder = (var or home / "var" / settings.mode.value).resolve()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"The folder {folder} cannot be made: {error.strerror}. Choose another with --var.") from None
    if settings.mode is Mode.REHEARSAL:
        os.environ.pop("DATABASE_URL", None)
        key = _pretend_key(folder)
    else:
        key = os.environ.get("AMPLIFIER_KEY", "")
        if len(key) < 32:
            raise UsageError(
                "Live mode needs AMPLIFIER_KEY in the environment: it seals the log-in sessions. Make one once, with\n"
                "  python3 -c 'import secrets; print(secrets.token_urlsafe(48))'\n"
                "and keep it where you keep passwords."
            )
    os.environ["AMPLIFIER_VAR"] = str(folder)
    os.environ["AMPLIFIER_KEY"] = key
    return Place(home=home.resolve(), var=folder, settings=settings, key=key)


def _pretend_key(folder: Path) -> str:
    """The key of a rehearsal, which guards pretend secrets only; made on first use."""
    path = folder / "pretend.key"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}. Choose another folder with --var.") from None
    key = secrets.token_urlsafe(48)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(key)
    return key
