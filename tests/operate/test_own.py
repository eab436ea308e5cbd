"""A person's own post: shown first, then queued like every other."""

from __future__ import annotations

from pathlib import Path

import pytest

from amplifier import settings as settings_file
from amplifier.campaign.delivery import State
from amplifier.campaign.post import OWN, Moment
from amplifier.compose.memory import Ahead
from amplifier.compose.sameness import PlannedText, Verdict
from amplifier.errors import TemplateError, UsageError
from amplifier.operate.own import OwnPost, prepare_own, queue_own
from amplifier.store import delivery_views, events
from tests.deliver.desk import Desk, stands
from tests.store import filled
from tests.store.filled import NOW, add, after

HOME = Path(__file__).parents[2]
SETTINGS = settings_file.load(HOME)
IMPRINT = SETTINGS.campaign.imprint.text
pytestmark = pytest.mark.usefixtures("desk")


@pytest.fixture(autouse=True)
def _listed(desk: Desk) -> None:  # noqa: ARG001  the ledger that it works on
    filled.list_as(SETTINGS)


def own(text: str = "We are in the hall", *accounts: str, now: int = 0, due: int = 0) -> OwnPost:
    return prepare_own(text, accounts or ("x", "mastodon"), SETTINGS, due_at=after(due), now=after(now))


def test_it_is_shown_as_it_will_be_and_nothing_is_queued_yet() -> None:
    shown = own(due=3600).post
    assert [(said.account, said.text, said.language) for said in shown.words] == [
        ("x", f"We are in the hall\n\n{IMPRINT}", "en"),
        ("mastodon", f"We are in the hall\n\n{IMPRINT}", "en"),
    ]
    assert shown.moment == Moment(after(3600), "2023-10-10T14:00", "Europe/London", 0)
    assert (shown.id.slot, shown.milestone, shown.template) == (OWN, "", "")
    assert shown.too_late_s == SETTINGS.timing.too_late_after_s
    assert delivery_views.views() == ()


def test_an_account_that_there_is_not_is_told_with_the_nearest_name() -> None:
    with pytest.raises(UsageError, match=r"no account “mastadon”.*Did you mean mastodon"):
        own("Hello", "mastadon")


def test_an_account_named_twice_gets_it_once() -> None:
    assert [said.account for said in own("Hello", "x", "x").post.words] == ["x"]


def test_words_that_a_network_would_not_take_are_refused_before_anything_is_queued() -> None:
    with pytest.raises(TemplateError):
        own("a" * 281, "x")
    assert own("a" * 281, "mastodon").post.words


@pytest.mark.parametrize("text", ["We are in the hall", "We are in the HALL 🎉", "We are in the halls"])
def test_what_went_there_lately_or_is_to_go_nearly_so_is_told(text: str) -> None:
    add("We are in the hall", account="mastodon")
    (echo,) = own(text, "mastodon", due=3600).echoes
    assert (echo.before.text, echo.before.at, echo.verdict) == ("We are in the hall", NOW, Verdict.WARNED)
    assert own(text, "mastodon", due=3600).refused == ()
    assert own(text, "mastodon", due=-3600).echoes  # before it as well
    assert own(text, "mastodon", due=86_401).echoes == ()
    assert own("Come to the stall at noon", "mastodon").echoes == ()
    assert own(text, "bluesky").echoes == ()


def test_x_is_told_nothing_twice_within_a_week_nor_on_two_accounts() -> None:
    add("We are in the hall")
    assert [echo.verdict for echo in own("We are in the hall.", "x", due=6 * 86_400).refused] == [Verdict.REFUSED]
    assert own("We are in the hall.", "x", due=7 * 86_400).echoes == ()
    x = SETTINGS.account("x")
    second = x.model_copy(update={"name": "x-north", "handle": "labfreenorth"})
    two = SETTINGS.model_copy(update={"accounts": (*SETTINGS.accounts, second)})
    for days in (0, 8, 300):
        (echo,) = prepare_own("We are in the hall", ("x-north",), two, due_at=after(days * 86_400), now=NOW).refused
    (echo,) = prepare_own("We are in the hall", ("x-north",), two, due_at=after(60), now=NOW).refused
    assert (echo.said.account, echo.before.account) == ("x-north", "x")
    (echo,) = prepare_own("Come to the stall at noon", ("x", "x-north"), two, due_at=after(60), now=NOW).refused
    assert (echo.said.account, echo.before.account) == ("x-north", "x")


def test_it_is_queued_with_who_wrote_it_and_goes_out_like_every_other(desk: Desk) -> None:
    numbers = queue_own(own(), SETTINGS, actor="cli:ola", now=NOW)
    assert [stands(number) for number in numbers] == [("queued", "")] * 2
    assert events.events_of(events.of_delivery(numbers[0]))[0].actor == "cli:ola"
    desk.tick()
    assert [one.state for one in delivery_views.views_by_id(numbers)] == [State.SENT] * 2
    assert [len(network.posts) for network in desk.networks.values()] == [1, 0, 1]


def test_the_same_preview_queued_twice_is_one_post_and_said_again_later_it_is_another() -> None:
    shown = own()
    assert len(queue_own(shown, SETTINGS, actor="cli:ola", now=NOW)) == 2
    assert queue_own(shown, SETTINGS, actor="cli:ola", now=after(1)) == []
    assert len(queue_own(own(now=1), SETTINGS, actor="cli:ola", now=after(1))) == 2


def test_each_network_has_its_own_key_for_it() -> None:
    numbers = queue_own(own("Hello", "x", "bluesky"), SETTINGS, actor="cli:ola", now=NOW)
    keys = [filled.row(number).key for number in numbers]
    assert [len(key) for key in keys] == [36, 13]


@pytest.mark.parametrize("text", ["Doors are open", "Doors are OPEN!"])
def test_of_two_people_who_say_the_same_at_once_the_second_is_told(text: str) -> None:
    first, second = own("Doors are open", "mastodon", "bluesky"), own(text, "bluesky", now=1)
    queue_own(first, SETTINGS, actor="cli:ola", now=NOW)
    with pytest.raises(UsageError, match=r"bluesky has .*this text since a moment ago, so nothing was queued"):
        queue_own(second, SETTINGS, actor="cli:sam", now=after(1))
    assert len(delivery_views.views()) == 2
    insisting = own(text, "bluesky", now=2)  # who has seen it may say it once more
    assert len(queue_own(insisting, SETTINGS, actor="cli:sam", now=after(2))) == 1


PLANNED = Ahead((PlannedText("rally/once", "mastodon", "Doors are open", after(3600)),), decided=0)


def test_what_the_plan_is_to_say_is_told_like_what_is_in_the_ledger() -> None:
    shown = prepare_own("Doors are OPEN", ["mastodon"], SETTINGS, due_at=after(60), now=NOW, plan=PLANNED)
    (echo,) = shown.echoes
    assert (echo.before.post, echo.verdict) == ("rally/once", Verdict.WARNED)


def test_what_somebody_decides_meanwhile_keeps_it_from_being_queued_unseen() -> None:
    shown = own("Doors are open", "mastodon", due=60)
    with pytest.raises(UsageError, match="mastodon has this text since a moment ago"):
        queue_own(shown, SETTINGS, actor="cli:ola", now=after(1), plan=PLANNED)
    with pytest.raises(UsageError, match="Somebody has decided about the plan a moment ago"):
        queue_own(shown, SETTINGS, actor="cli:ola", now=after(1), plan=Ahead(decided=7))
    assert delivery_views.views() == ()


def test_a_time_that_lay_ahead_and_passes_while_somebody_thinks_is_refused() -> None:
    shown = own(due=60)
    with pytest.raises(UsageError, match="The time that you were shown has passed since, so nothing was queued"):
        queue_own(shown, SETTINGS, actor="cli:ola", now=after(60))
    assert delivery_views.views() == ()
    assert len(queue_own(shown, SETTINGS, actor="cli:ola", now=after(59))) == 2


def test_what_is_for_now_is_due_when_somebody_agrees_however_long_they_thought_about_it() -> None:
    queue_own(own(), SETTINGS, actor="cli:ola", now=after(3600))
    assert {(row.due_at, row.wall_time) for row in delivery_views.views()} == {(after(3600), "2023-10-10T14:00")}
