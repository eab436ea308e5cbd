from __future__ import annotations

from pathlib import Path

from amplifier.sandbox.faults import FaultKind
from amplifier.sandbox.routes import Route, Routes
from amplifier.sandbox.server import Sandbox
from amplifier.sandbox.wire import Operation, Reply


def test_names_in_a_path_are_decoded() -> None:
    route = Route("GET", "/profile/{handle}/post/{id}", lambda *_: Reply(200, b""))
    routes = Routes([route])
    assert routes.find("GET", "/profile/a%20b/post/3") == (route, {"handle": "a b", "id": "3"})
    assert routes.find("POST", "/profile/a/post/3") is None
    assert routes.find("GET", "/profile/a") is None


def test_everything_that_is_served_and_can_go_wrong_is_documented(sandbox: Sandbox) -> None:
    page = (Path(__file__).parents[2] / "docs" / "sandbox.md").read_text()
    paths = [route.path.removeprefix("/xrpc/") for route in sandbox.routes]
    assert len(paths) > 40
    assert [path for path in paths if path != "/" and path not in page] == []
    assert [word for word in (*FaultKind, *Operation) if f"`{word}`" not in page] == []
