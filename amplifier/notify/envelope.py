"""Seals what must not stand in the database in the clear until it is told: the link of a secret link."""

from __future__ import annotations

import base64
from hashlib import sha256

from cryptography.fernet import Fernet, InvalidToken

MARK = "sealed:"


class Envelope:
    """Seals with the install's key. What another key sealed cannot be opened, and counts as nothing."""

    def __init__(self, key: str) -> None:
        self._fernet = Fernet(base64.urlsafe_b64encode(sha256(b"notice:" + key.encode()).digest()))

    def seal(self, text: str) -> str:
        """The text, sealed."""
        return MARK + self._fernet.encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str:
        """What was sealed, or what never was; empty if it cannot be opened."""
        if not sealed.startswith(MARK):
            return sealed
        try:
            return self._fernet.decrypt(sealed.removeprefix(MARK).encode()).decode()
        except InvalidToken:
            return ""
