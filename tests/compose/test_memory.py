"""New texts held against the ledger: what of it is remembered, how far back, and what gives way."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from amplifier.campaign.delivery import Due
from amplifier.compose import memory
from amplifier.compose.memory import Ahead, is_out_already, remembered, unseen
from amplifier.compose.sameness import Echo, PlannedText, Verdict
from amplifier.settings import Settings
from amplifier.store.models import DeliveryRow
from tests.compose.test_sameness import ONE, TWO
from tests.store import filled
from tests.store.filled import NOW, add, after

TEXT = "Speakers gather at the east door with banners and songs."
DAY = 86_400
pytestmark = pytest.mark.usefixtures("opened")


@pytest.fixture
def opened(sqlite_ledger: None) -> None:  # noqa: ARG001  the database that it opens
    filled.open_ledger()
    filled.also("x-north", "x", "north")


def put(text: str, account: str, due: float = 0, **more: object) -> int:
    """A delivery on any account."""
    number = add(text, due=after(due))
    DeliveryRow.objects.filter(id=number).update(account_id=filled.number(account), **more)
    return number


def out(text: str, days_ago: float, account: str = "x") -> int:
    at = -days_ago * DAY
    return put(text, account, at, state="sent", sent_at=after(at), remote_id=f"{account}{days_ago}")


def echoes(text: str = TEXT, account: str = "x-north", settings: Settings = TWO, **more: list[int]) -> tuple[Echo, ...]:
    return remembered([PlannedText("new", account, text, NOW)], settings, at=NOW, **more)


def test_what_another_account_on_x_said_is_remembered_however_long_ago() -> None:
    out(TEXT, 8)
    (echo,) = echoes()
    assert (echo.before.account, echo.before.at, echo.verdict) == ("x", after(-8 * DAY), Verdict.REFUSED)
    assert echoes(TEXT.upper())
    assert echoes(account="x", settings=ONE) == ()
    assert echoes(account="bluesky") == ()


def test_what_another_account_on_x_is_to_say_is_known_however_far_ahead() -> None:
    add(TEXT, due=after(60 * DAY))
    assert len(echoes()) == 1


def test_behind_the_newest_of_an_account_only_the_same_words_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "MOST", 3)
    out(TEXT, 40)
    assert echoes(TEXT + " Bring one.")
    for number in range(3):
        out(f"Another thing to say, number {number * 'very '}.", number)
    assert echoes(TEXT + " Bring one.") == ()
    assert len(echoes()) == 1


def test_a_correction_is_said_when_it_is_its_turn_and_not_when_its_post_was() -> None:
    number = out("Old words", 10)
    DeliveryRow.objects.filter(id=number).update(revision=1, text=TEXT, sent_at=NOW - timedelta(hours=1))
    assert len(echoes(account="x", settings=ONE)) == 1
    DeliveryRow.objects.filter(id=number).update(state="queued", sent_at=None, run_at=NOW)
    assert len(echoes(account="x", settings=ONE)) == 1


def test_what_gives_way_is_no_echo() -> None:
    number = add(TEXT)
    assert echoes(replaced=[number]) == ()
    assert len(echoes()) == 1


def test_elsewhere_a_day_counts() -> None:
    out(TEXT, 0.9, "mastodon")
    assert [echo.verdict for echo in echoes(account="mastodon")] == [Verdict.WARNED]
    DeliveryRow.objects.update(sent_at=after(-1.1 * DAY))
    assert echoes(account="mastodon") == ()


def due(number: int) -> Due:
    (found,) = [one for one in filled.claim() if one.id == number]
    return found


def asked(number: int) -> str:
    return is_out_already(due(number), TWO, campaign=lambda at: at)


def test_at_the_last_moment_the_very_words_of_another_account_on_x_keep_a_text_back() -> None:
    out(TEXT, 30, "x-north")
    assert asked(add(TEXT)).startswith("x-north has exactly these words already, in slot-")


def test_at_the_last_moment_a_text_may_go_where_its_words_are_not_or_are_no_copy() -> None:
    put(TEXT, "x-north", 3600)  # it waits, and may change
    out(TEXT, 8)
    out(TEXT, 1, "bluesky")
    assert asked(add(TEXT)) == ""
    out(TEXT, 1)
    assert asked(add(TEXT, account="bluesky")) == ""


def test_at_the_last_moment_the_campaigns_own_time_counts() -> None:
    out(TEXT, 0.001)
    number = add(TEXT)
    taken = due(number)
    assert "within 7 days" in is_out_already(taken, ONE, campaign=lambda at: at)
    assert is_out_already(taken, ONE, campaign=lambda at: NOW + 10_000 * (at - NOW)) == ""


def test_a_moment_s_lateness_makes_no_copy_of_what_was_planned_a_week_apart() -> None:
    late = put(TEXT, "x", -7 * DAY, state="sent", sent_at=after(-7 * DAY + 100_000), remote_id="late")
    DeliveryRow.objects.filter(id=late).update(too_late_at=after(-7 * DAY + 200_000))
    taken = due(add(TEXT))
    assert is_out_already(taken, ONE, campaign=lambda at: at) == ""
    DeliveryRow.objects.filter(id=late).update(too_late_at=after(-7 * DAY + 900))  # a person let it go on, a day late
    assert "within 7 days" in is_out_already(taken, ONE, campaign=lambda at: at)


class _Fast:
    """A stage on which a week passes in seven seconds, a year before the days in which it plays."""

    then = NOW - timedelta(days=365)

    def campaign(self, real: datetime) -> datetime:
        return self.then + DAY * (real - NOW)

    def real(self, due: datetime) -> datetime:
        return NOW + (due - self.then) / DAY


def test_in_a_rehearsal_a_week_is_one_of_the_campaign() -> None:
    out(TEXT, 8 / DAY)
    new = [PlannedText("new", "x", TEXT, NOW)]
    assert [echo.verdict for echo in remembered(new, ONE, at=NOW)] == [Verdict.REFUSED]
    assert remembered(new, ONE, at=NOW, playing=_Fast()) == ()
    out(TEXT + "!", 6 / DAY)
    (echo,) = remembered(new, ONE, at=NOW, playing=_Fast())
    assert abs(echo.before.at - after(-6)) < timedelta(milliseconds=1)


def test_what_the_plan_is_to_say_counts_beside_the_ledger_and_in_place_of_what_it_replaces() -> None:
    planned = Ahead((PlannedText("soon/once", "x", TEXT, after(20 * DAY)),))
    near = [PlannedText("new", "x", f"{TEXT}!", after(21 * DAY))]
    (echo,) = remembered(near, ONE, at=after(21 * DAY), plan=planned)
    assert (echo.before.post, echo.before.at, echo.verdict) == ("soon/once", after(20 * DAY), Verdict.REFUSED)
    far = [PlannedText("new", "x", TEXT, NOW)]
    assert remembered(far, ONE, at=NOW, plan=planned) == ()
    number = add(TEXT)
    assert len(remembered(far, ONE, at=NOW)) == 1
    assert remembered(far, ONE, at=NOW, plan=Ahead((), frozenset({number}))) == ()


def test_a_post_that_gets_other_words_is_not_compared_with_those_that_the_plan_has_for_it() -> None:
    own = Ahead((PlannedText("soon/once", "x", TEXT, NOW), PlannedText("soon/once", "x-north", TEXT, NOW)))
    new = [PlannedText("soon/once", "x", TEXT, NOW), PlannedText("soon/once", "x-north", "Another thing to say.", NOW)]
    assert remembered(new, TWO, at=NOW, plan=own) == ()
    (echo,) = remembered(new[:1], TWO, at=NOW, plan=own)
    assert echo.before.account == "x-north"


def test_in_a_rehearsal_the_plan_speaks_in_the_days_of_the_campaign() -> None:
    then = _Fast().campaign(after(3))
    (echo,) = remembered(
        [PlannedText("new", "x", TEXT, NOW)],
        ONE,
        at=NOW,
        playing=_Fast(),
        plan=Ahead((PlannedText("soon/once", "x", TEXT, then),)),
    )
    assert echo.before.at == after(3)


def test_an_echo_was_seen_whatever_the_new_post_is_called_by_then_and_another_one_was_not() -> None:
    def echo(post: str, before: str, account: str = "x") -> Echo:
        return Echo(PlannedText(post, "x", TEXT, NOW), PlannedText(before, account, TEXT, NOW), 1, Verdict.WARNED)

    shown = [echo("this post", "this post", "x-north"), echo("this post", "soon/once")]
    assert unseen(shown, [echo("own/1", "own/1", "x-north"), echo("own/1", "soon/once")]) is None
    other = echo("own/1", "later/once")
    assert unseen(shown, [echo("own/1", "soon/once"), other]) == other
    assert unseen(shown, [echo("own/1", "soon/once", "bluesky")])
    assert unseen(shown, []) is None
