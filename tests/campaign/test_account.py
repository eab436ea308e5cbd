"""Which account is which: one form for its identity, and which row each listed account has."""

from __future__ import annotations

from dataclasses import replace

import pytest

from amplifier.campaign.account import (
    AccountMatch,
    Identity,
    KnownAccount,
    Listed,
    LoggedIn,
    LoginProof,
    former,
    identity,
    is_called_so,
    is_same_account,
    matches,
    proof,
    renamed,
)

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


def known(number: int, who: Identity, label: str, remote_id: str = "") -> KnownAccount:
    return KnownAccount(number, who, label, remote_id)


def test_a_changed_name_keeps_its_row() -> None:
    one = Listed("xx", "x", "LabFreeMvmt")
    assert matches([one], [known(3, X, "x", "77")]) == (AccountMatch(one, 3),)


@pytest.mark.parametrize("remote_id", ["", "77"])
def test_one_name_for_somebody_else_is_another_row_that_waits_to_hear_who_it_is(remote_id: str) -> None:
    one = Listed("x", "x", "somebody")
    assert matches([one], [known(3, X, "x", remote_id)]) == (AccountMatch(one, None, is_doubtful=True),)


def test_a_new_handle_waits_for_proof_where_a_known_account_is_gone() -> None:
    one = Listed("x", "x", "labfree")
    assert matches([one], [known(3, X, "x", "77")]) == (AccountMatch(one, None, is_doubtful=True),)


@pytest.mark.parametrize(
    ("listed", "there"),
    [
        ([Listed("y", "x", "labfree", asked=False)], [known(3, X, "x", "77")]),  # nobody may ask
        ([Listed("y", "bluesky", "labfree.example")], [known(3, X, "x", "77")]),  # another network
        ([Listed("y", "x", "labfreemvmt")], [known(3, X, "x", "77")]),  # nothing but its label changed
    ],
)
def test_nobody_waits_for_proof_who_can_be_nobody_else(listed: list[Listed], there: list[KnownAccount]) -> None:
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


ONE, TWO = known(1, Identity("x", "", "a"), "one", "77"), known(2, Identity("x", "", "b"), "two", "78")


@pytest.mark.parametrize(
    ("listed", "doubtful"),
    [
        ([("one", "b"), ("two", "a")], "one two"),  # handles exchanged, or labels: nobody can tell
        ([("one", "c"), ("old", "a")], "one old"),  # a second account took the handle of the first
        ([("first", "c"), ("old", "a")], "first old"),  # the same, and the label is gone
        ([("one", "c"), ("two", "a")], "one two"),
        ([("one", "c"), ("two", "b")], "one"),
        ([("one", "b"), ("three", "a")], "one three"),
        ([("one", "a"), ("two", "b"), ("three", "c")], "three"),  # one more, or one of these by another name
        ([("uno", "a"), ("due", "b")], ""),  # labels that nobody had
        ([("one", "a")], ""),
    ],
)
def test_what_does_not_fit_together_as_it_did_is_decided_by_the_network_alone(
    listed: list[tuple[str, str]], doubtful: str
) -> None:
    found = matches([Listed(label, "x", handle) for label, handle in listed], [ONE, TWO])
    assert " ".join(one.listed.label for one in found if one.is_doubtful) == doubtful
    assert all(one.number is None for one in found if one.is_doubtful)


def test_an_account_that_comes_back_has_to_say_who_it_is() -> None:
    gone = replace(ONE, is_listed=False)
    assert matches([Listed("one", "x", "a")], [gone])[0].is_doubtful
    assert matches([Listed("one", "x", "a")], [replace(gone, remote_id="")]) == (
        AccountMatch(Listed("one", "x", "a"), 1),
    )


def test_a_row_that_is_listed_comes_before_one_that_had_its_handle_before() -> None:
    before = replace(ONE, is_listed=False, label="one (@a)")
    assert matches([Listed("two", "x", "a")], [before, replace(TWO, identity=ONE.identity)])[0].number == 2


def test_another_name_of_a_server_may_be_the_same_server() -> None:
    one = Listed("m", "mastodon", "labfreemvmt", "https://www.social.example")
    assert matches([one], [known(3, SOCIAL, "m", "77")])[0].is_doubtful
    row = replace(known(3, SOCIAL, "m", "77"), url="https://social.example/@labfreemvmt")
    there = "www.social.example"
    assert is_same_account(row, there, LoggedIn("77", "labfreemvmt", "https://social.example/@LabFreeMvmt/"))
    assert not is_same_account(row, there, LoggedIn("77", "labfreemvmt", "https://www.social.example/@labfreemvmt"))
    assert not is_same_account(row, there, LoggedIn("78", "labfreemvmt", row.url))
    assert not is_same_account(replace(row, url=""), there, LoggedIn("77", "labfreemvmt"))
    assert is_same_account(row, "social.example", LoggedIn("77", "labfree"))


@pytest.mark.parametrize(
    ("who", "told", "is_so"),
    [
        (X, LoggedIn("1", "LabFreeMvmt"), True),
        (X, LoggedIn("1", "jo_private"), False),
        (X, LoggedIn("1"), True),  # a network that names none
        (X, LoggedIn("1", "handle.invalid"), False),
        (SOCIAL, LoggedIn("1", "labfreemvmt"), True),
        (SOCIAL, LoggedIn("1", "labfreemvmt@social.example"), True),
        (SOCIAL, LoggedIn("1", "jo"), False),
        (Identity("bluesky", "", "us.example"), LoggedIn("did:plc:a", "Us.example"), True),
        (Identity("bluesky", "", "us.example"), LoggedIn("did:plc:a", "handle.invalid"), True),
        (Identity("bluesky", "", "us.example"), LoggedIn("did:plc:a", "jo.example"), False),
        (Identity("bluesky", "", "did:plc:a"), LoggedIn("did:plc:a", "us.example"), True),
        (Identity("bluesky", "", "did:plc:a"), LoggedIn("did:plc:b", "us.example"), False),
    ],
)
def test_a_handle_is_compared_as_its_network_means_it(who: Identity, told: LoggedIn, is_so: bool) -> None:  # noqa: FBT001
    assert is_called_so(who, told) == is_so


NEW = known(3, Identity("x", "", "a"), "one")
GONE = replace(TWO, is_listed=False)


@pytest.mark.parametrize(
    ("row", "told", "other", "found"),
    [
        (NEW, LoggedIn("77", "a"), None, LoginProof.SAME),
        (NEW, LoggedIn("99", "jo"), None, LoginProof.STRANGER),
        (NEW, LoggedIn("78", "a"), GONE, LoginProof.KNOWN),
        (NEW, LoggedIn("78", "a"), TWO, LoginProof.TWICE),
        (NEW, LoggedIn("78", "b"), TWO, LoginProof.STRANGER),
        (ONE, LoggedIn("77", "a"), None, LoginProof.SAME),
        (ONE, LoggedIn("77", "renamed"), None, LoginProof.SAME),  # the id stays
        (ONE, LoggedIn("99", "jo"), None, LoginProof.STRANGER),
        (ONE, LoggedIn("99", "a"), None, LoginProof.ANEW),
        (ONE, LoggedIn("78", "a"), TWO, LoginProof.EXCHANGED),
        (ONE, LoggedIn("78", "a"), GONE, LoginProof.EXCHANGED),
        (ONE, LoggedIn("78", "b"), TWO, LoginProof.STRANGER),
        (
            ONE,
            LoggedIn("77", "a"),
            replace(TWO, remote_id="77"),
            LoginProof.SAME,
        ),  # of two rows of one account the older speaks
        (replace(TWO, remote_id="77"), LoggedIn("77", "b"), ONE, LoginProof.TWICE),
        (ONE, LoggedIn("", "a"), None, LoginProof.SAME),
    ],
)
def test_whose_the_keys_are(row: KnownAccount, told: LoggedIn, other: KnownAccount | None, found: LoginProof) -> None:
    assert proof(row, told, other) is found


def test_two_rows_that_lose_one_label_after_another_are_called_differently() -> None:
    who = {1: Identity("x", "", "a"), 2: Identity("x", "", "a")}
    assert renamed({1: "one (@a)", 2: "one"}, {3: "one"}, who) == {3: "one", 2: "one (@a) 2"}


def test_a_host_is_the_one_that_a_request_would_go_to() -> None:
    assert identity("mastodon", "us", "https://stra\u00dfe.example").server == "xn--strae-oqa.example"
    assert identity("mastodon", "us", "https://xn--strae-oqa.example") == identity(
        "mastodon", "us", "https://STRA\u00dfE.example/"
    )
    assert identity("mastodon", "us", "http://127.0.0.1:3000").server == "127.0.0.1"
    assert identity("mastodon", "us", "https://a_b.example").server == "a_b.example"


@pytest.mark.parametrize("is_listed", [True, False])
def test_a_new_account_beside_known_ones_says_who_it_is_before_anything_goes_out(is_listed: bool) -> None:  # noqa: FBT001
    beside = Listed("again", "mastodon", "labfreemvmt", "https://elsewhere.example")
    known_one = replace(known(3, SOCIAL, "m", "77"), is_listed=is_listed)
    listed = [Listed("m", "mastodon", SOCIAL.handle, f"https://{SOCIAL.server}")] if is_listed else []
    assert matches([*listed, beside], [known_one])[-1].is_doubtful
    assert not matches([*listed, beside._replace(asked=False)], [known_one])[-1].is_doubtful, "nobody may ask"
    assert not matches([beside], [])[0].is_doubtful, "there is nothing that could be said twice"
