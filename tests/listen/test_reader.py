"""The version of what reads a network: it changes with its code, and by itself."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import amplifier
from amplifier.listen import reader
from amplifier.listen.reader import sources, version

NETWORKS = ("x", "bluesky", "mastodon")
ROOT = Path(amplifier.__file__).parent
# What is met on the way and says nothing about what a mention is.
ELSEWHERE = {
    "errors.py": "what is raised",
    "platforms/port.py": "the shape in which a look is handed on",
    "platforms/capabilities.py": "what a post of ours may hold",
    "store/identity/accounts.py": "which row an account has",
    "django": "how a row is written",
}


def test_each_network_has_a_reader_of_its_own() -> None:
    assert len({version(name) for name in NETWORKS}) == 3


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A small package with all the parts, in place of ours."""
    for name in ("platforms/x/posts.py", "platforms/bluesky/record.py", "listen/clean.py", *reader.PARTS):
        if name.endswith(".py"):
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text("1")
    monkeypatch.setattr(reader, "files", lambda _: tmp_path)
    version.cache_clear()
    yield tmp_path
    version.cache_clear()


@pytest.mark.parametrize(
    "changed", ["platforms/x/posts.py", "listen/clean.py", *(part for part in reader.PARTS if part.endswith(".py"))]
)
def test_a_change_in_what_reads_a_network_makes_another_version(tree: Path, changed: str) -> None:
    before = {name: version(name) for name in ("x", "bluesky")}
    (tree / changed).write_text("2")
    version.cache_clear()
    after = {name: version(name) for name in ("x", "bluesky")}

    assert after["x"] != before["x"]
    assert (after["bluesky"] != before["bluesky"]) == ("/x/" not in changed)


@pytest.mark.usefixtures("tree")
@pytest.mark.parametrize("renewed", [*reader.LIBRARIES, "python"])
def test_so_does_another_version_of_a_library_or_of_python(renewed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = version("x")
    installed = reader.metadata.version
    if renewed == "python":
        monkeypatch.setattr(reader.platform, "python_version", lambda: "3.99.0")
    monkeypatch.setattr(reader.metadata, "version", lambda name: "99" if name == renewed else installed(name))
    version.cache_clear()
    assert version("x") != before


def imported(path: Path) -> Iterator[str]:
    """What a file of ours imports: our own files by their path in the package, and others' packages by name."""
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.Import():
                names = [alias.name for alias in node.names]
            case ast.ImportFrom(module=str(module), level=0):
                names = [module, *(f"{module}.{alias.name}" for alias in node.names)]
            case _:
                continue
        for name in names:
            package, _, rest = name.partition(".")
            if package == "amplifier":
                file = f"{rest.replace('.', '/')}.py"
                yield from [file] if (ROOT / file).is_file() else []
            elif package not in sys.stdlib_module_names:
                yield package


def reached(*roots: str) -> set[str]:
    """All that is reached from these files by imports, but for what lies elsewhere and what only that reaches."""
    found, todo = set[str](), list(roots)
    while todo:
        name = todo.pop()
        if name in found or name in ELSEWHERE:
            continue
        found.add(name)
        if name.endswith(".py"):
            todo += imported(ROOT / name)
    return found


@pytest.mark.parametrize("network", NETWORKS)
def test_nothing_that_reads_is_forgotten(network: str) -> None:
    needed = reached(f"platforms/{network}/listening.py", "listen/match.py", "store/listening/taking_in.py")
    known = {Path(str(one)).relative_to(ROOT).as_posix() for one in sources(network)}
    assert needed - known - set(reader.LIBRARIES) == set()
    assert {"text/visible.py", "platforms/fields.py", "store/listening/heard.py", "nh3"} <= needed, (
        "the imports are followed"
    )


def test_nothing_is_a_part_that_reads_nothing() -> None:
    needed = reached(*(f"platforms/{network}/listening.py" for network in NETWORKS))
    needed |= reached("listen/match.py", "store/listening/taking_in.py")
    assert {part for part in reader.PARTS if part.endswith(".py")} | set(reader.LIBRARIES) <= needed
