"""Seals log-in sessions with the install's key, on their way into the database and out of it."""

from __future__ import annotations

import base64
from hashlib import sha256

from cryptography.fernet import Fernet, InvalidToken

from amplifier.clock import utc_now
from amplifier.store.identity import sealed


class SealedVault:
    """Keeps an account's log-in session in the database, encrypted; a seal of another key counts as none.

    Without a key ("") there is nothing in it, and nothing can be put there.
    """

    def __init__(self, account: str, address: str, key: str) -> None:
        self._account = account
        self._address = address
        self._fernet = Fernet(base64.urlsafe_b64encode(sha256(b"seal:" + key.encode()).digest())) if key else None

    def load(self) -> str | None:
        """The newest saved session, or None."""
        value = sealed.load_seal(self._account, self._address)
        if value is None or self._fernet is None:
            return None
        try:
            return self._fernet.decrypt(value).decode()
        except InvalidToken:
            return None

    def save(self, session: str) -> None:
        """Keep this session, encrypted; never otherwise."""
        if self._fernet is None:
            raise ValueError("a session is never kept without a key to seal it")
        sealed.save_seal(self._account, self._address, value=self._fernet.encrypt(session.encode()), now=utc_now())
