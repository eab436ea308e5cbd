from __future__ import annotations

from amplifier.sandbox.routes import Route, Routes
from amplifier.sandbox.wire import Answer


def test_names_in_a_path_are_decoded() -> None:
    route = Route("GET", "/profile/{handle}/post/{id}", lambda *_: Answer(200, b""))
    routes = Routes([route])
    assert routes.find("GET", "/profile/a%20b/post/3") == (route, {"handle": "a b", "id": "3"})
    assert routes.find("POST", "/profile/a/post/3") is None
    assert routes.find("GET", "/profile/a") is None
