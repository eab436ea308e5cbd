"""The architecture, held by tests where import-linter cannot see it."""

from __future__ import annotations

import ast
import re
from collections import Counter
from configparser import ConfigParser
from pathlib import Path

import pytest

from amplifier.__main__ import COMMANDS, module_of
from amplifier.campaign.hold_reasons import HOLDS, HoldReason
from amplifier.platforms.capabilities import TABLE
from amplifier.platforms.registry import ADAPTERS

ROOT = Path(__file__).parents[1]
SOURCES = sorted(path for path in (ROOT / "amplifier").rglob("*.py") if "migrations" not in path.parts)
LONGEST = 320
MOST_IN_A_FOLDER = 30
# Tables and the files that may name their models; every other file asks these.
OWNERS = {
    "Ledger": {"deciding.py", "ledger.py"},
    "PlanVersion": {"plan_versions.py"},
    "DecisionRow": {"deciding.py", "decisions.py", "identity/numbered.py"},
    "PostRow": {"posts.py"},
    "DeliveryRow": {
        "operate/corrections.py",
        "deliveries.py",
        "holding/holds.py",
        "delivery_views.py",
        "operate/notes.py",
        "operate/overrides.py",
        "own_hour.py",
        "operate/own_posts.py",
        "planned.py",
        "operate/read_backs.py",
        "receipts.py",
        "holding/restored.py",
        "identity/same_account.py",
        "published_facts.py",
        "holding/unseen.py",
        "operate/withdrawals.py",
    },
    "StopRow": {"identity/numbered.py", "holding/stops.py"},
    "SpendRow": {"identity/same_account.py", "spends.py"},
    "NoticeRow": {"notices.py"},
    "SecretLinkRow": {"secret_links.py", "identity/same_account.py"},
    "EventRow": {"events.py"},
    "AccountRow": {"identity/accounts.py", "identity/rests.py", "identity/whose.py"},
    "SealedRow": {"identity/same_account.py", "identity/sealed.py"},
    "SourceRow": {"identity/numbered.py", "listening/sources.py"},
    "MentionRow": {"listening/heard.py", "listening/mentions.py", "identity/same_account.py", "listening/taking_in.py"},
    "FollowupRow": {"listening/mentions.py"},
    "QuarantineRow": {"identity/numbered.py", "listening/quarantine.py"},
    "KitRow": {"kits.py"},
    "HeartbeatRow": {"heartbeats.py"},
}
CLOCKS = {("datetime", "now"), ("datetime", "today"), ("datetime", "utcnow"), ("date", "today"), ("uuid", "uuid4")}
# Who may read a clock: clock.py for everybody; the sandbox is a world of its own, in processes of its own.
CLOCK_OWNERS = {"amplifier/clock.py", "amplifier/wiring/service.py"}
FORBIDDEN_NAMES = {"utils", "helpers", "common", "base", "manager", "misc"}


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


Read = dict[Path, tuple[str, ast.Module]]


@pytest.fixture(scope="module", name="read")
def _read() -> Read:
    """Every source file: its text and its syntax tree."""
    texts = {path: path.read_text() for path in SOURCES}
    assert len(texts) > 300
    return {path: (text, ast.parse(text)) for path, text in texts.items()}


def test_a_file_says_in_its_first_line_why_it_exists(read: Read) -> None:
    first = {path: (ast.get_docstring(tree) or "").split("\n")[0] for path, (_, tree) in read.items()}
    assert [_name(path) for path, line in first.items() if not line.endswith((".", ":"))] == []


def test_a_file_is_short_enough_to_be_read_at_once(read: Read) -> None:
    assert [_name(path) for path, (text, _) in read.items() if len(text.splitlines()) > LONGEST] == []


def test_a_folder_is_small_enough_to_be_seen_at_once() -> None:
    sizes = Counter(path.parent for path in SOURCES if path.name != "__init__.py")
    assert {_name(folder): size for folder, size in sizes.items() if size > MOST_IN_A_FOLDER} == {}


def test_every_folder_says_in_one_sentence_what_it_is_and_is_told_of() -> None:
    folders = {path.parent for path in SOURCES} - {ROOT / "amplifier"}
    said = {folder: ast.get_docstring(ast.parse((folder / "__init__.py").read_text())) or "" for folder in folders}
    assert [_name(folder) for folder, line in said.items() if not line.endswith(".") or "\n" in line] == []
    assert [_name(folder) for folder in folders if f"| `{_name(folder)}` |" not in ARCHITECTURE] == []


def test_a_name_says_what_is_in_it() -> None:
    assert [_name(path) for path in SOURCES if {path.stem, path.parent.name} & FORBIDDEN_NAMES] == []


def test_only_the_clock_reads_the_clock(read: Read) -> None:
    found = [
        f"{_name(path)}:{node.lineno}"
        for path, (_, tree) in read.items()
        if _name(path) not in CLOCK_OWNERS and "sandbox" not in path.parts
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
        if (node.value.id, node.attr) in CLOCKS
    ]
    assert found == []


def test_a_table_is_named_by_its_own_file_alone(read: Read) -> None:
    found = [
        f"{_name(path)}:{node.lineno} names {node.id}"
        for path, (_, tree) in read.items()
        if path.name != "models.py"
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and node.id in OWNERS
        if _name(path).removeprefix("amplifier/store/") not in OWNERS[node.id]
    ]
    assert found == []


def test_nobody_reaches_past_a_doors_table(read: Read) -> None:
    reaching = re.compile(r"\bimport_module\b|\b__import__\b")
    doors = {"__main__.py", "registry.py"}
    assert [_name(path) for path, (text, _) in read.items() if path.name not in doors and reaching.search(text)] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_its_module(name: str) -> None:
    module = module_of(name)
    assert callable(module.run)
    assert callable(module.add_arguments)


def test_every_platform_has_a_row_and_an_adapter() -> None:
    assert set(TABLE) == set(ADAPTERS)
    for door in ADAPTERS.values():
        module, _, name = door.partition(":")
        path = ROOT / (module.replace(".", "/") + ".py")
        assert f"class {name}" in path.read_text()


def test_every_file_has_its_tests() -> None:
    """The tests mirror the code; what is only tables, wiring or pages is named here with what tests it instead."""
    elsewhere = {
        "amplifier/__main__.py": "tests/test_main.py",
        "amplifier/django_settings.py": "every test that uses the ledger",
        "amplifier/wiring/service.py": "tests/journeys",
        "amplifier/clock.py": "one line",
        "amplifier/store/apps.py": "every test that uses the ledger",
        "amplifier/store/models.py": "the verbs' tests",
        "amplifier/text/time_words.py": "tests/text/test_moments.py",
    }
    # a command is tried as a person would, by its words, exit code and output
    elsewhere |= {
        f"amplifier/cli/{row.module.replace('.', '/')}.py": "tests/journeys/test_commands.py"
        for row in COMMANDS.values()
    }
    missing = []
    for path in SOURCES:
        name = _name(path)
        if path.name == "__init__.py" or name in elsewhere or not _has_work(path):
            continue
        relative = path.relative_to(ROOT / "amplifier")
        wanted = ROOT / "tests" / relative.parent / f"test_{path.name}"
        if not wanted.exists():
            missing.append(name)
    assert not missing, "without tests of their own: " + ", ".join(missing)


def _has_work(path: Path) -> bool:
    """Whether a file does anything: frozen values, protocols and names alone need no tests of their own."""
    functions = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef)]
    return any(
        not all(isinstance(step, ast.Expr | ast.Assign | ast.Pass) for step in node.body)
        for node in functions
        if not node.name.startswith("__")
    )


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_explained(name: str) -> None:
    pages = "".join(path.read_text() for path in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")])
    assert f"amplifier {name}" in pages


def test_every_dependency_has_its_reason() -> None:
    page = (ROOT / "docs" / "dependencies.md").read_text().lower()
    listed = re.findall(
        r'^  "([A-Za-z0-9_.-]+)', (ROOT / "pyproject.toml").read_text().split("[tool.")[0], re.MULTILINE
    )
    assert len(listed) > 20
    for name in listed:
        plain = name.lower()
        if plain.startswith("types-"):
            continue
        assert plain in page or plain.replace("_", "-") in page, name


def test_every_error_tells_what_to_do() -> None:
    tree = ast.parse((ROOT / "amplifier" / "errors.py").read_text())
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            assert len(ast.get_docstring(node) or "") > 40, node.name


def test_the_locks_name_no_place_to_fetch_from() -> None:
    for name in ("requirements.lock", "requirements-test.lock"):
        text = (ROOT / name).read_text()
        assert "://" not in text
        assert "--index-url" not in text
        assert text.count("--hash=sha256:") > 100


def test_every_reason_to_hold_is_in_the_glossary_and_every_table() -> None:
    rows = (ROOT / "docs" / "glossary.md").read_text()
    for reason in HoldReason:
        assert f"\n| `{reason}` | " in rows, reason
        assert reason in HOLDS, reason


ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text()


def _contract(name: str, key: str) -> list[str]:
    linter = ConfigParser()
    linter.read(ROOT / ".importlinter")
    return linter[f"importlinter:contract:{name}"][key].split("\n")[1:]


def test_the_way_of_imports_is_told_as_it_is_held() -> None:
    (told,) = re.findall(r"```\n(__main__ → .*?)```", ARCHITECTURE, re.DOTALL)
    layers = [{name.strip() for name in layer.split("|")} for layer in _contract("layers", "layers")]
    assert [{name.strip() for name in layer.split("|")} for layer in told.split("→")] == layers


def test_every_file_at_the_top_is_told_of() -> None:
    (told,) = re.findall(r"^At the top: (.*?)\n\n", ARCHITECTURE, re.DOTALL | re.MULTILINE)
    there = {path.name for path in SOURCES if path.parent.name == "amplifier"} - {"__init__.py"}
    assert set(re.findall(r"`(\w+\.py)`", told)) == there


def test_what_is_told_to_be_pure_is_held_to_be() -> None:
    told = set[str]()
    for folder, parts in re.findall(r"^\| `amplifier/([\w/]+)` \|.*\| (.*?) ?\|$", ARCHITECTURE, re.MULTILINE):
        names, room = re.findall(r"`(\w+)`", parts), f"amplifier.{folder.replace('/', '.')}"
        told |= {room} if parts == "all" else {f"{room}.{name}" for name in names}
    held = {name for name in _contract("pure", "source_modules") if name != "amplifier.networks"}
    assert told == held


def test_what_calls_itself_pure_is_held_to_be() -> None:
    says = {
        _name(path).removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        for path in SOURCES
        if (ast.get_docstring(ast.parse(path.read_text())) or "").partition("\n")[0].endswith(" Pure.")
    }
    held = set(_contract("pure", "source_modules"))
    loose = {name for name in says if not any(name == one or name.startswith(f"{one}.") for one in held)}
    assert len(says) > 20
    assert not loose, f"not in .importlinter: {sorted(loose)}"


def test_the_top_level_holds_what_the_readme_tells_of_and_nothing_else() -> None:
    told = {
        *("amplifier", "templates", "schedules", "settings.yaml", "tests", "Procfile", "README.md", "LICENSE"),
        *("Makefile", "pyproject.toml", "requirements.lock", "requirements-test.lock", "requirements-build.in"),
        *("docs", "bench", "media"),
    }
    made = {"var", "build"}  # by running it
    found = {
        path.name for path in ROOT.iterdir() if not path.name.startswith((".", "__")) and path.suffix != ".egg-info"
    }
    assert found <= told | made, sorted(found - told - made)
