"""The limit of open files: raised as far as one may, never lowered, and said where it is too little for a crowd."""

from __future__ import annotations

import resource
from collections.abc import Iterator

import pytest

from amplifier.web.open_files import LEAST, RESERVE, WANTED, connections, raise_limit, too_few


@pytest.fixture
def limit() -> Iterator[tuple[int, int]]:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    yield before
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


def soft() -> int:
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def test_it_is_raised_as_far_as_wanted_and_never_beyond_what_the_system_allows(limit: tuple[int, int]) -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (512, limit[1]))
    assert raise_limit(1000) == soft() == 1000
    assert raise_limit(700) == soft() == 1000, "never lowered"
    most = limit[1] if limit[1] != resource.RLIM_INFINITY else 4096
    assert raise_limit(most) == soft() == most
    if limit[1] != resource.RLIM_INFINITY:
        assert raise_limit(limit[1] + 1) == soft() == limit[1]


def test_a_system_that_refuses_leaves_it_as_it_is(limit: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise ValueError("current limit exceeds maximum limit")

    resource.setrlimit(resource.RLIMIT_NOFILE, (512, limit[1]))
    with monkeypatch.context() as system:
        system.setattr(resource, "setrlimit", refuse)
        assert raise_limit(1000) == 512


@pytest.mark.parametrize(("files", "most"), [(WANTED, WANTED - RESERVE), (1_000_000, WANTED - RESERVE), (300, LEAST)])
def test_some_files_are_kept_for_ourselves(files: int, most: int) -> None:
    assert connections(files) == most


def test_too_few_is_said_with_what_it_means_and_what_to_do() -> None:
    assert too_few(WANTED) == too_few(WANTED + 1) == ""
    assert too_few(1024) == (
        "This system lets the web server open 1,024 files, so about 768 visitors at once may keep their connection. "
        "For more, raise its limit to 16,384, such as by ulimit -n or LimitNOFILE."
    )
