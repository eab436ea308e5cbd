from __future__ import annotations

import subprocess
import sys

import pytest

from amplifier.clock import utc_now
from amplifier.platforms import registry
from amplifier.platforms.capabilities import TABLE
from amplifier.platforms.port import Connection
from tests.contract.places import Vault
from tests.waiting import HANG_S


def test_every_platform_of_the_table_has_its_adapter() -> None:
    assert registry.ADAPTERS.keys() == TABLE.keys()


@pytest.mark.parametrize("platform", TABLE)
def test_an_adapter_is_made_without_a_call(platform: str) -> None:
    secrets = dict.fromkeys(TABLE[platform].secrets, "pretend")
    connection = Connection("name", "http://nobody.invalid", "http://nobody.invalid", secrets)

    adapter = registry.connect(platform, connection, Vault(), utc_now)

    for promise in ("verify", "prepare", "publish", "find", "mentions", "tagged"):
        assert callable(getattr(adapter, promise))


def test_no_sdk_is_imported_before_an_account_needs_it() -> None:
    code = "import sys, amplifier.platforms.registry; print({'tweepy', 'atproto', 'mastodon'} & set(sys.modules))"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=HANG_S)

    assert done.stdout.strip() == "set()"
