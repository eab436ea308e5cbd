"""A port that cannot be had, told from all else that fails as something begins to serve, the pages or the sandbox."""

from __future__ import annotations

import contextlib
import errno
import socket
from collections.abc import Iterator

# What the system says of a port or an address, and of nothing else.
OF_THE_PORT = frozenset(
    {errno.EADDRINUSE, errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT, errno.EINVAL, errno.EACCES, errno.EPERM}
)
# And of these, what it says of an address that it has not, or that is none to serve at: no other port would do.
NOT_OURS = frozenset({errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT, errno.EINVAL})


class PortTaken(OSError):
    """Nobody else can serve on this port, or at this address; another has to be chosen."""


@contextlib.contextmanager
def having_port() -> Iterator[None]:
    """Take a port in here: what the system says against that is PortTaken, and anything else stays what it is."""
    try:
        yield
    except OSError as error:
        if not isinstance(error, socket.gaierror) and error.errno not in OF_THE_PORT:
            raise
        raise PortTaken(error.errno, error.strerror) from None
