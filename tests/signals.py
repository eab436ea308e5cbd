"""What is started here hears every signal, also where the tests themselves were started deaf: by nohup, or with `&`."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager

ENDINGS = (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM)


@contextmanager
def heard_by_what_is_started() -> Iterator[None]:
    """Programs started meanwhile end at these signals as usual; whoever started us deaf to them still finds us so.

    A program inherits what its parent ignores, but not what its parent handles. So what is ignored here is handled, by
    doing nothing. To be used on the main thread.
    """
    deaf = [number for number in ENDINGS if signal.getsignal(number) is signal.SIG_IGN]
    for number in deaf:
        signal.signal(number, lambda *_: None)
    yield
    for number in deaf:
        signal.signal(number, signal.SIG_IGN)
