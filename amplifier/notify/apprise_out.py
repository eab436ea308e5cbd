"""Sends one message to one address by apprise, in a process of its own: read from standard input, answered on output.

A process that lives for one message keeps apprise out of the worker (it takes a second to load), can be ended when a
messenger hangs, and takes with it whatever that messenger's library kept of a secret address.
"""

from __future__ import annotations

import json
import logging
import re
import signal
import sys
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO

import apprise

STATUS = re.compile(r"\berror=(\d{3})\b")  # how apprise's log names what a server answered


def send(address: str, *, title: str, body: str, timeout_s: float) -> str:
    """Send it; empty if the messenger took it, else why not, in words that name no address."""
    with redirect_stdout(StringIO()), redirect_stderr(StringIO()):  # a library's chatter may quote the address
        messenger = apprise.Apprise()
        if not messenger.add(address):
            return "its address is none that apprise understands"
        result = messenger.notify(body=body, title=title, timeout=timeout_s)
    if result:
        return ""
    if result.status is apprise.AppriseResultStatus.TIMEOUT:
        return "it did not answer in time"
    name = str(getattr(messenger[0], "service_name", "") or "the messenger")
    found = STATUS.search(" ".join(str(entry) for entry in result.logs()))
    return f"{name} answered {found[1]}" if found else f"{name} did not take it"


def main() -> int:
    """One message: its parts as JSON on standard input, what became of it as JSON on standard output."""
    logging.getLogger().addHandler(logging.NullHandler())
    asked = json.load(sys.stdin)
    signal.alarm(int(asked["timeout_s"]) + 5)  # also when whoever started us is gone
    problem = send(asked["address"], title=asked["title"], body=asked["body"], timeout_s=asked["timeout_s"])
    sys.stdout.write(json.dumps({"problem": problem}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
