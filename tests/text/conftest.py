"""Where the reference data lies that others wrote and that is not part of this repository."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def twitter_text() -> dict[str, dict[str, list[dict[str, Any]]]]:
    """twitter-text's conformance files by name: {"validate": {test: cases}, "extract": {test: cases}}."""
    folder = Path(os.environ.get("AMPLIFIER_REFERENCE_DATA", ROOT.parent / "shared" / "data")) / "twitter-text"
    found = {}
    for name in ("validate", "extract"):
        path = folder / f"{name}.yml"
        if not path.is_file():
            pytest.skip(f"left out: twitter-text's conformance file {name}.yml is not in AMPLIFIER_REFERENCE_DATA")
        found[name] = yaml.safe_load(path.read_text(encoding="utf-8"))["tests"]
    return found
