"""Which account is which: one form for its identity, and which row each listed account has."""

from __future__ import annotations

import pytest

from amplifier.campaign.account import Identity, Known, Listed, Match, former, identity, matches, renamed

X = Identity("x", "", "labfreemvmt")
SOCIAL = Identity("mastodon", "social.example", "labfreemvmt")


@pytest.mark.parametrize("handle", ["labfreemvmt", "LabFreeMvmt", "@labfreemvmt", " @LABFREEMVMT "])
@pytest.mark.parametrize("api", ["", "https://api.x.com"])
def test_however_a_handle_is_written_it_is_the_same_account(handle: str, api: str) -> None:
    assert identity("x", handle, api) == X


@pytest.mark.parametrize(
    "api",
    [
        "https://social.example",
        "https://social.example/",
        "https://SOCIAL.example",
        "https://social.example:443",
        "http://social.example",
        "https://social.example./",
        "https://social.example/api",
        "social.example",
    ],
)
def test_of_a_servers_address_only_its_host_counts(api: str) -> None:
    assert identity("mastodon", "labfreemvmt", api) == SOCIAL


def test_an_international_server_is_the_same_in_either_writing() -> None:
    assert identity("mastodon", "us", "https://bücher.example") == identity(
        "mastodon", "us", "https://xn--bcher-kva.example"
    )


def test_the_same_handle_on_two_servers_is_two_accounts_only_where_handles_belong_to_one() -> None:
    assert identity("mastodon", "us", "https://a.example") != identity("mastodon", "us", "https://b.example")
    assert identity("bluesky", "us.example", "https://a.example") == identity(
        "bluesky", "us.example", "https://b.example"
    )


@pytest.mark.parametrize("api", ["https://", "http://[", "https://-", "a" * 400])
def test_an_address_that_is_none_breaks_nothing(api: str) -> None:
    assert identity("mastodon", "us", api).handle == "us"


def known(number: int, who: Identity, label: str, remote_id: str = "") -> Known:
    return Known(number, who, label, remote_id)


def test_a_changed_name_keeps_its_row() -> None:
    one = Listed("xx", "x", "LabFreeMvmt")
    assert matches([one], [known(3, X, "x", "77")]) == (Match(one, 3),)


def test_one_name_for_somebody_else_is_another_row() -> None:
    one = Listed("x", "x", "somebody")
    assert matches([one], [known(3, X, "x")]) == (Match(one, None),)


def test_a_new_handle_waits_for_proof_where_a_known_account_is_gone() -> None:
    one = Listed("x", "x", "labfree")
    assert matches([one], [known(3, X, "x", "77")]) == (Match(one, None, is_doubtful=True),)


@pytest.mark.parametrize(
    ("listed", "there"),
    [
        ([Listed("y", "x", "labfree")], [known(3, X, "x")]),  # nobody ever told who it was
        ([Listed("y", "x", "labfree", asked=False)], [known(3, X, "x", "77")]),  # nobody may ask
        (
            [Listed("x", "x", "labfreemvmt"), Listed("y", "x", "labfree")],
            [known(3, X, "x", "77")],
        ),  # it is still listed
        ([Listed("y", "bluesky", "labfree.example")], [known(3, X, "x", "77")]),  # another network
        ([Listed("y", "mastodon", "labfree", "https://b.example")], [known(3, SOCIAL, "m", "77")]),  # another server
    ],
)
def test_nobody_waits_for_proof_who_can_be_nobody_else(listed: list[Listed], there: list[Known]) -> None:
    assert not matches(listed, there)[-1].is_doubtful


def test_a_row_without_an_identity_is_found_by_its_label_on_its_network() -> None:
    lost = [known(5, Identity("x", "", ""), "x"), known(6, Identity("mastodon", "", ""), "m")]
    assert [one.number for one in matches([Listed("x", "x", "us"), Listed("m", "x", "them")], lost)] == [5, None]


def test_labels_may_change_places_and_who_loses_one_is_called_by_its_handle() -> None:
    who = {1: X, 2: SOCIAL, 3: Identity("x", "", "old")}
    assert renamed({1: "a", 2: "b", 3: "c"}, {1: "b", 2: "a"}, who) == {1: "b", 2: "a"}
    assert renamed({1: "a", 3: "c"}, {1: "c"}, who) == {1: "c", 3: "c (@old)"}
    assert renamed({1: "a", 3: "c"}, {1: "a"}, who) == {}
    assert former("m", SOCIAL) == "m (@labfreemvmt@social.example)"
