"""A post left out by a decision, on some accounts or everywhere, and taken in again."""

from __future__ import annotations

from pathlib import Path

import pytest

from amplifier.campaign.plan import DecisionKind
from amplifier.campaign.post import Words
from amplifier.campaign.skips import skips
from amplifier.errors import UsageError
from amplifier.schedule.decided.change import find_post
from amplifier.schedule.decided.skipping import decide_skip, find_left_out, left_out, prepare_skip, skipped_ahead
from amplifier.schedule.decided.taking_in import decide_unskip, prepare_unskip
from amplifier.schedule.program import wanted_posts
from amplifier.store import decisions, delivery_views
from tests.schedule.decided.test_change import SOON_POST, Desk, set_state
from tests.schedule.homes import EIGHT

pytestmark = pytest.mark.usefixtures("sqlite_ledger")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_a_post_is_left_out_by_a_decision_and_is_not_found_any_more(desk: Desk) -> None:
    made = decide_skip(desk.program, SOON_POST, actor="cli:ola", reason="not ours", now=EIGHT)
    assert (made.kind, made.subject, made.reason) == (DecisionKind.SLOT_SKIPPED, "soon/once", "not ours")
    desk.planner.refresh()
    assert {one.state.value for one in delivery_views.views(post=SOON_POST)} == {"dropped"}
    with pytest.raises(UsageError, match="no coming post"):
        find_post(desk.program, "soon")


def test_a_post_taken_in_again_waits_as_before(desk: Desk) -> None:
    waited = {row.id: (row.state, row.text, row.run_at) for row in delivery_views.views(post=SOON_POST)}
    decide_skip(desk.program, SOON_POST, actor="cli:ola", reason="not ours", now=EIGHT)
    desk.planner.refresh()
    (one,) = left_out(desk.program)
    assert (one.post.id, one.skip.accounts, len(one.post.words)) == (SOON_POST, None, len(waited))
    assert [(seen.post, seen.accounts) for seen in skipped_ahead(desk.program, now=EIGHT)] == [(SOON_POST, None)]
    decide_unskip(
        desk.program,
        prepare_unskip(desk.program, find_left_out(desk.program, "soon", now=EIGHT), now=EIGHT),
        actor="cli:ola",
        reason="",
        now=EIGHT,
    )
    desk.planner.refresh()
    assert {row.id: (row.state, row.text, row.run_at) for row in delivery_views.views(post=SOON_POST)} == waited
    assert left_out(desk.program) == skipped_ahead(desk.program, now=EIGHT) == ()


def test_accounts_are_left_out_one_after_the_other_and_taken_in_again_likewise(desk: Desk) -> None:
    def there() -> set[str]:
        posts = [one for one in wanted_posts(desk.program, decisions.decisions()) if one.id == SOON_POST]
        return {said.account for one in posts for said in one.words}

    everywhere = there()
    for account in ("x", "mastodon"):
        assert [said.account for said in _words(desk, account)] == [account]
        decide_skip(desk.program, SOON_POST, actor="cli:ola", reason="", now=EIGHT, on=[account])
    assert there() == everywhere - {"x", "mastodon"}
    for account in ("mastodon", "x"):
        found = find_left_out(desk.program, "soon", now=EIGHT, on=[account])
        decide_unskip(
            desk.program,
            prepare_unskip(desk.program, found, now=EIGHT, on=[account]),
            actor="cli:ola",
            reason="",
            now=EIGHT,
        )
    assert there() == everywhere


def test_what_is_left_out_everywhere_but_on_one_account_stays_out_on_accounts_that_come_later(desk: Desk) -> None:
    decide_skip(desk.program, SOON_POST, actor="cli:ola", reason="", now=EIGHT)
    found = find_left_out(desk.program, "soon", now=EIGHT, on=["x"])
    made = decide_unskip(
        desk.program, prepare_unskip(desk.program, found, now=EIGHT, on=["x"]), actor="cli:ola", reason="", now=EIGHT
    )
    (skip,) = skips([made]).values()
    assert (skip.accounts, skip.but) == (None, {"x"})
    assert not skip.holds_on("x")
    assert skip.holds_on("new")
    (seen,) = skipped_ahead(desk.program, now=EIGHT)
    assert (seen.accounts, seen.but) == (None, {"x"})
    (shown,) = left_out(desk.program)
    assert {said.account for said in shown.post.words} == {"bluesky", "mastodon"}
    with pytest.raises(UsageError, match="Nobody has left out soon/once on x"):
        find_left_out(desk.program, "soon", now=EIGHT, on=["x"])


def test_left_out_on_the_one_account_again_it_is_left_out_everywhere(desk: Desk) -> None:
    decide_skip(desk.program, SOON_POST, actor="cli:ola", reason="", now=EIGHT)
    found = find_left_out(desk.program, "soon", now=EIGHT, on=["x"])
    decide_unskip(
        desk.program, prepare_unskip(desk.program, found, now=EIGHT, on=["x"]), actor="cli:ola", reason="", now=EIGHT
    )
    made = decide_skip(desk.program, SOON_POST, actor="cli:ola", reason="", now=EIGHT, on=["x"])
    assert skips([made])["soon/once"].is_everywhere


def test_taken_in_on_each_account_it_is_left_out_nowhere(desk: Desk) -> None:
    decide_skip(desk.program, SOON_POST, actor="cli:ola", reason="", now=EIGHT)
    for account in ("x", "bluesky", "mastodon"):
        found = find_left_out(desk.program, "soon", now=EIGHT, on=[account])
        decide_unskip(
            desk.program,
            prepare_unskip(desk.program, found, now=EIGHT, on=[account]),
            actor="cli:ola",
            reason="",
            now=EIGHT,
        )
    assert decisions.decisions()[-1].is_undone
    assert left_out(desk.program) == skipped_ahead(desk.program, now=EIGHT) == ()


def test_what_has_begun_on_an_account_is_not_left_out_there(desk: Desk) -> None:
    set_state("soon", "sending", account="x")
    with pytest.raises(UsageError, match="soon/once is on its way on x already"):
        decide_skip(desk.program, SOON_POST, actor="cli:ola", reason="", now=EIGHT, on=["x"])
    assert decisions.decisions() == ()


def test_what_would_be_due_by_now_is_not_taken_in_again(desk: Desk) -> None:
    due = delivery_views.views(post=SOON_POST)[0].due_at
    decide_skip(desk.program, SOON_POST, actor="cli:ola", reason="", now=EIGHT)
    with pytest.raises(UsageError, match="The time of soon/once has come"):
        find_left_out(desk.program, "soon", now=due)
    assert skipped_ahead(desk.program, now=due) == ()


def _words(desk: Desk, account: str) -> tuple[Words, ...]:
    found = prepare_skip(desk.program, SOON_POST, on=[account])
    return found.words if found else ()


def test_what_is_left_out_everywhere_stays_so_when_somebody_leaves_it_out_on_one_account(desk: Desk) -> None:
    decide_skip(desk.program, SOON_POST, actor="cli:ola", reason="", now=EIGHT)
    decide_skip(desk.program, SOON_POST, actor="cli:jo", reason="", now=EIGHT, on=["x"])
    assert SOON_POST not in {one.id for one in wanted_posts(desk.program, decisions.decisions())}


def test_nobody_takes_in_what_somebody_else_has_left_out_meanwhile(desk: Desk) -> None:
    decide_skip(desk.program, SOON_POST, actor="cli:ola", reason="", now=EIGHT, on=["x"])
    shown = find_left_out(desk.program, "soon", now=EIGHT, on=["x"])
    decide_skip(desk.program, SOON_POST, actor="cli:jo", reason="", now=EIGHT, on=["mastodon"])
    with pytest.raises(UsageError, match="Somebody has decided about soon/once a moment ago"):
        decide_unskip(
            desk.program,
            prepare_unskip(desk.program, shown, now=EIGHT, on=["x"]),
            actor="cli:ola",
            reason="",
            now=EIGHT,
        )
    assert len(decisions.decisions()) == 2
