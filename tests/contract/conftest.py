"""The places of the contract as fixtures: every test here runs at each of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from amplifier.sandbox.server import Sandbox
from tests.contract.places import TOKEN, Account, MastodonMockPlace, PdsPlace, Place, SandboxPlace
from tests.peers import servers

HERE = Path(__file__).parent
REAL = pytest.mark.conformance
PLACES = [
    pytest.param("x@sandbox"),
    pytest.param("bluesky@sandbox"),
    pytest.param("mastodon@sandbox"),
    pytest.param("bluesky@pds", marks=REAL),
    pytest.param("mastodon@mastodon_mock", marks=REAL),
]
NAMES = ["stranger", *(f"campaign{number}" for number in range(80))]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what makes no sense at a place (`not_at` says why), and the real servers unless somebody asked.

    The first start of a real server takes minutes: pytest -m conformance.
    """
    wanted, left = [], []
    for item in items:
        if HERE in item.path.parents:  # the hook is given the tests of every folder
            item.add_marker("contract")
        unasked = item.get_closest_marker("conformance") and "conformance" not in config.option.markexpr
        (left if unasked or _is_pointless(item) else wanted).append(item)
    config.hook.pytest_deselected(items=left)
    items[:] = wanted


def _is_pointless(item: pytest.Item) -> bool:
    params = getattr(item, "callspec", None)
    place = params.params.get("place", "") if params else ""
    if place == "bluesky@pds" and "heard" in getattr(item, "fixturenames", ()):
        return True  # the PDS alone has no AppView, which makes the notifications
    return any(place in marker.args for marker in item.iter_markers("not_at"))


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    server = Sandbox(tmp_path_factory.mktemp("sandbox") / "world.db", port=0, token=TOKEN)
    server.start()
    yield f"http://127.0.0.1:{server.port}"
    server.stop()


@pytest.fixture(scope="session")
def pds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    peer = servers.start_pds(tmp_path_factory.mktemp("pds"))
    yield peer.address
    peer.stop()


@pytest.fixture(scope="session")
def mastodon_mock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    peer = servers.start_mastodon_mock(tmp_path_factory.mktemp("mastodon_mock"), NAMES)
    yield peer.address
    peer.stop()


@pytest.fixture(scope="session", params=PLACES)
def place(request: pytest.FixtureRequest) -> Place:
    platform, _, server = request.param.partition("@")
    address = request.getfixturevalue(server)
    match server:
        case "pds":
            return PdsPlace(address)
        case "mastodon_mock":
            return MastodonMockPlace(address, NAMES)
        case _:
            return SandboxPlace(platform, address)


@pytest.fixture
def account(place: Place) -> Account:
    """An account that nobody has used before."""
    return place.account()


@pytest.fixture
def failing(place: Place) -> Iterator[SandboxPlace]:
    """A place that fails on demand; only the sandbox does, so tests that use this are parametrised with it."""
    assert isinstance(place, SandboxPlace)
    yield place
    place.mend()


@pytest.fixture
def heard(place: Place) -> SandboxPlace | MastodonMockPlace:
    """A place where others can speak to us."""
    assert not isinstance(place, PdsPlace)
    return place
