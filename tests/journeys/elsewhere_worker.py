"""The worker with accounts on other servers of this machine: AMPLIFIER_ELSEWHERE is JSON, account to connection."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "amplifier.django_settings")
    import django

    from amplifier.install import open_install

    words = sys.argv[1:]
    open_install(Path(words[words.index("--home") + 1]), Path(words[words.index("--var") + 1]))
    django.setup()
    from amplifier.__main__ import main
    from amplifier.wiring import service as wiring

    ELSEWHERE = json.loads(os.environ["AMPLIFIER_ELSEWHERE"])
    usual = wiring.connection_for

    def connection_for(account: Any, install: Any) -> Any:
        return replace(usual(account, install), **ELSEWHERE.get(account.name, {}))

    wiring.connection_for = connection_for
    sys.exit(main(words))
