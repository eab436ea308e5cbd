from __future__ import annotations

from typing import Any

import pytest

from amplifier.errors import Unavailable
from amplifier.platforms.mastodon.adapter import MastodonPlatform
from amplifier.platforms.port import OwnProfile
from tests.platforms.mastodon.test_adapter import connected
from tests.platforms.stub import Said, Stub

V1, V2, NODEINFO = "GET /api/v1/instance", "GET /api/v2/instance", "GET /.well-known/nodeinfo"
GOTOSOCIAL = {"version": "0.19.1", "source_url": "https://codeberg.org/superseriousbusiness/gotosocial"}


def instance(limit: Any = 500, **more: Any) -> Said:
    return Said(200, {"configuration": {"statuses": {"max_characters": limit}}, "version": "4.5.0"} | more)


def told(stub: Stub) -> tuple[int | None, str | None]:
    found: OwnProfile = connected(stub).verify()
    return found.limit, found.counts


def test_the_limit_is_asked_for_without_a_slash_since_some_servers_send_on_from_there(stub: Stub) -> None:
    stub.answers |= {V2: instance(777), f"{V2}/": Said(301, headers={"Location": "/api/v2/instance"})}

    assert told(stub) == (777, "")
    assert f"{V2}/" not in stub.paths()


@pytest.mark.parametrize(
    "newer",
    [
        Said(404, {"error": "Record not found"}),
        Said(404, b"<html>", {"Content-Type": "text/html"}),
        Said(301, headers={"Location": "/elsewhere"}),
        Said(500, {"error": "odd"}),
        Said(200, {"version": "4.5.0"}),
        Said(200, {"configuration": None}),
        Said(200, [1]),
        Said(200, b"<html>"),
        instance("many"),
    ],
)
def test_a_server_that_does_not_say_it_in_the_new_way_is_asked_in_the_old_one(stub: Stub, newer: Said) -> None:
    stub.answers |= {V2: newer, V1: instance(1000)}

    assert told(stub) == (1000, "")


def test_an_older_relative_says_it_under_its_own_name(stub: Stub) -> None:
    stub.answers[V1] = Said(200, {"max_toot_chars": 5000, "version": "2.7.2 (compatible; Pleroma 2.6.50)"})

    assert told(stub) == (5000, "graphemes")


def test_a_server_that_does_not_say_it_is_told_from_one_that_cannot_be_asked_now(stub: Stub) -> None:
    assert told(stub) == (0, "")
    stub.answers |= {V1: Said(503, {"error": "later"}), V2: Said(503, {"error": "later"})}
    assert told(stub) == (None, None)
    page = Said(404, b"<html>", {"Content-Type": "text/html"})
    stub.answers |= {V1: page, V2: page}
    assert told(stub) == (None, None)


@pytest.mark.parametrize(
    ("more", "counts"),
    [
        ({"version": "4.5.0", "source_url": "https://github.com/mastodon/mastodon"}, ""),
        ({"version": "4.5.0+glitch", "source_url": "https://github.com/glitch-soc/mastodon"}, ""),
        (GOTOSOCIAL, "codepoints"),
        ({"version": "takahe/0.11.0"}, "codepoints"),
        ({"version": "2.7.2 (compatible; Pleroma 2.9.0-develop)"}, "graphemes"),
        ({"version": "2.7.2 (compatible; Akkoma 3.15.2-0-g1)"}, "graphemes"),
        ({"version": "4.2.1 (compatible; Sharkey 2025.4)"}, ""),
        ({"version": None, "source_url": None}, ""),
    ],
)
def test_how_a_server_counts_follows_from_its_software(stub: Stub, more: dict[str, Any], counts: str) -> None:
    stub.answers[V2] = instance(5000, **more)

    assert told(stub) == (5000, counts)


def nodeinfo(stub: Stub, software: Any) -> None:
    links = [
        {"rel": "http://nodeinfo.diaspora.software/ns/schema/2.0", "href": "https://elsewhere.example/nodeinfo/2.0"},
        {"rel": "http://nodeinfo.diaspora.software/ns/schema/2.1", "href": "https://elsewhere.example/nodeinfo/2.1"},
    ]
    stub.answers |= {NODEINFO: Said(200, {"links": links}), "GET /nodeinfo/2.1": Said(200, {"software": software})}


def test_software_that_its_instance_does_not_name_is_known_by_nodeinfo_of_the_same_server(stub: Stub) -> None:
    stub.answers[V2] = instance(5000, version="4.2.0")
    nodeinfo(stub, {"name": "GoToSocial", "version": "0.19.1"})
    adapter: MastodonPlatform = connected(stub)

    assert [adapter.verify().counts for _ in range(3)] == ["codepoints"] * 3
    assert stub.paths().count(NODEINFO) == 1  # what software it is does not change while we run


@pytest.mark.parametrize("odd", [{}, {"name": None}, {"name": ["x"]}, None, "gotosocial"])
def test_odd_nodeinfo_is_no_trouble(stub: Stub, odd: Any) -> None:
    stub.answers[V2] = instance(5000)
    nodeinfo(stub, odd)

    limit, counts = told(stub)

    assert (limit, bool(counts)) == (5000, False)


def test_nodeinfo_that_cannot_be_had_now_is_asked_for_again(stub: Stub) -> None:
    stub.answers |= {V2: instance(5000), NODEINFO: Said(503, {"error": "later"})}
    adapter = connected(stub)
    assert (adapter.verify().limit, adapter.verify().counts) == (5000, None)
    nodeinfo(stub, {"name": "gotosocial"})

    assert adapter.verify().counts == "codepoints"


def test_a_server_that_says_nothing_of_itself_lets_us_in_all_the_same(stub: Stub) -> None:
    stub.answers |= {V1: Said(401, {"error": "odd"}), V2: Said(401, {"error": "odd"})}

    assert connected(stub).verify().handle == "labfreemvmt"
    stub.answers["GET /api/v1/accounts/verify_credentials"] = Said(503, {"error": "later"})
    with pytest.raises(Unavailable):
        connected(stub).verify()


@pytest.mark.parametrize("odd", [10**20, 2**63, 5_000_000_000, True, 1, -5, 0.5, "many", "٣٠٠", [500], None])
def test_a_limit_that_nobody_can_mean_is_none(stub: Stub, odd: Any) -> None:
    stub.answers |= {V2: instance(odd), V1: instance(odd)}

    assert told(stub)[0] == 0


def test_a_limit_that_is_no_number_at_all_is_none(stub: Stub) -> None:
    endless = b'{"configuration": {"statuses": {"max_characters": 1e400}}, "version": "4.5.0"}'
    stub.answers |= {V2: Said(200, endless), V1: Said(200, endless)}

    assert told(stub)[0] == 0


def reserved(cost: Any) -> Said:
    statuses = {"max_characters": 500, "characters_reserved_per_url": cost}
    return Said(200, {"configuration": {"statuses": statuses}, "version": "4.5.0"})


@pytest.mark.parametrize(("cost", "counts"), [(100, "links 100"), ("42", "links 42"), (23, "")])
def test_what_a_link_counts_is_what_the_server_says(stub: Stub, cost: Any, counts: str) -> None:
    stub.answers |= {V2: reserved(cost), NODEINFO: Said(404, {"error": "Record not found"})}

    assert told(stub) == (500, counts)


@pytest.mark.parametrize("odd", [None, 0, -5, True, 10**20, "many", [23], "٢٣"])
def test_what_no_link_can_count_is_not_obeyed(stub: Stub, odd: Any) -> None:
    stub.answers |= {V2: reserved(odd), NODEINFO: Said(404, {"error": "Record not found"})}

    assert told(stub) == (500, "")
