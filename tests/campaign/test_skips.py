"""Where posts are left out: the last decision about a post counts."""

from __future__ import annotations

from datetime import UTC, datetime

from amplifier.campaign.plan import Decision, DecisionKind
from amplifier.campaign.skips import everywhere_but, only_on, skips


def skipped(*values: str, subject: str = "a/once", kind: DecisionKind = DecisionKind.SLOT_SKIPPED) -> list[Decision]:
    at = datetime(2023, 10, 1, tzinfo=UTC)
    return [Decision(number, kind, subject, value, "", "cli:jo", "", at) for number, value in enumerate(values, 1)]


def test_a_value_says_everywhere_on_some_accounts_or_nowhere() -> None:
    assert skips(skipped(""))["a/once"].accounts is None
    assert skips(skipped('{"x": "", "bluesky": ""}'))["a/once"].accounts == {"x", "bluesky"}
    assert skips(skipped("{}")) == {}


def test_the_last_decision_about_a_post_counts_and_others_say_nothing() -> None:
    assert skips(skipped("", '{"x": ""}'))["a/once"].accounts == {"x"}
    assert skips(skipped("", "{}")) == {}
    assert skips(skipped("", "{}", ""))["a/once"].decision.id == 3
    assert skips([*skipped(""), *skipped("{}", subject="b/once")]).keys() == {"a/once"}
    assert skips(skipped("{}", kind=DecisionKind.WORDS_REPLACED)) == {}


def test_everywhere_holds_on_every_account() -> None:
    assert skips(skipped(""))["a/once"].holds_on("x")
    some = skips(skipped('{"x": ""}'))["a/once"]
    assert (some.holds_on("x"), some.holds_on("bluesky")) == (True, False)


def test_everywhere_but_on_some_holds_on_accounts_that_nobody_knew_of() -> None:
    (one,) = skips(skipped(everywhere_but({"x"}))).values()
    assert (one.holds_on("x"), one.holds_on("bluesky"), one.holds_on("new")) == (False, True, True)
    assert (one.accounts, one.but, one.is_everywhere) == (None, {"x"}, False)


def test_what_is_written_reads_as_it_was_meant() -> None:
    assert everywhere_but(()) == ""
    assert only_on(()) == "{}"
    assert skips(skipped(""))["a/once"].is_everywhere
    assert skips(skipped(only_on(["x"])))["a/once"].accounts == {"x"}
    assert not skips(skipped(only_on(["x"])))["a/once"].is_everywhere
