"""The places of the contract as fixtures: every test here runs at each of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from amplifier.sandbox.server import Sandbox
from tests.contract.places import TOKEN, Account, MastodonMockPlace, PdsPlace, Place, SandboxPlace
from tests.peers import servers

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
    """The real servers only where somebody asked for them: their first start takes minutes."""
    asked_for = "conformance" in config.option.markexpr
    for item in items:
        if item.get_closest_marker("conformance"):
            item.add_marker(pytest.mark.timeout(servers.INSTALL_S + servers.START_S))
        if item.get_closest_marker("conformance") and not asked_for:
            item.add_marker(pytest.mark.skip(reason="needs servers that others wrote: pytest -m conformance"))


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
    if isinstance(place, PdsPlace):
        pytest.skip("mentions: the PDS alone has no AppView, which makes the notifications")
    return place
