"""One message to one secret address, carried by a short-lived process that is ended when its messenger hangs."""

from __future__ import annotations

import json
import os
import subprocess
import sys

CARRIER = "amplifier.notify.apprise_out"  # the third door that loads by name: apprise takes a second
TIMEOUT_S = 15.0
GRACE_S = 8.0  # to load apprise and to end
# What a messenger's process finds in its environment: none of our secrets.
KEPT = {"PATH", "HOME", "LANG", "LC_ALL", "TZ", "PYTHONPATH", "VIRTUAL_ENV", "SSL_CERT_FILE", "SSL_CERT_DIR"}
KEPT |= {"REQUESTS_CA_BUNDLE", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"}
SILENT = "the messenger did not answer in time"
BROKEN = "the messenger's program failed"


def carry(address: str, *, title: str, body: str, timeout_s: float = TIMEOUT_S) -> str:
    """Send it; empty if it was taken, else why not, in words that name no address. Waits at most `timeout_s` + 8 s."""
    asked = json.dumps({"address": address, "title": title, "body": body, "timeout_s": timeout_s})
    environment = {name: value for name, value in os.environ.items() if name in KEPT}
    try:
        done = subprocess.run(
            [sys.executable, "-m", CARRIER],
            input=asked,  # an argument could be read by everybody on this machine
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            timeout=timeout_s + GRACE_S,
            check=False,
        )
        return str(json.loads(done.stdout)["problem"])
    except subprocess.TimeoutExpired:
        return SILENT
    except (OSError, ValueError, KeyError):
        return BROKEN
