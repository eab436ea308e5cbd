"""Ports that a test gives to the programs it starts: none that a connection of another program may take meanwhile."""

from __future__ import annotations

import random
import socket

BELOW_THOSE_OF_CONNECTIONS = range(10_000, 32_768)  # Linux gives 32768 to 60999 to whoever connects
TRIALS = 100


def free_port() -> int:
    """A port of this computer that nobody listens on now. Another test may be given the same one in 20,000 cases."""
    for _ in range(TRIALS):
        number = random.SystemRandom().choice(BELOW_THOSE_OF_CONNECTIONS)
        with socket.socket() as trial:
            try:
                trial.bind(("127.0.0.1", number))
            except OSError:
                continue
            return number
    raise OSError(f"none of {TRIALS} ports was free")
