"""The worker with its look removed: what is unsure is sent again at once. The kill test must catch it."""

from __future__ import annotations

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
    from amplifier.deliver import confirm, worker
    from amplifier.store import deliveries

    def blind(due: Any, _outlet: Any, *, now: Any, pauses: Any) -> Any:
        step = confirm.after_look(due, None, now=now(), pauses=pauses, looks_needed=0)
        deliveries.record([replace(step, run_at=now())], now=now())
        return step

    worker.confirm = blind
    sys.exit(main(words))
