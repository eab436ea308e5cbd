"""A person's own post while it waits: changed in one transaction, or not at all."""

from __future__ import annotations

import pytest

from amplifier.campaign.changes import Add, NewDelivery
from amplifier.campaign.delivery import State
from amplifier.campaign.hold_reasons import HoldReason
from amplifier.campaign.post import OWN, Fact, Moment, PostId, WantedPost, Words
from amplifier.campaign.secret_link import BY_HAND, LinkKind
from amplifier.errors import UsageError
from amplifier.store import decisions, events, posts, published_facts, secret_links
from amplifier.store.holding import restored
from amplifier.store.models import DeliveryRow, PostRow
from amplifier.store.operate import own_posts
from amplifier.store.operate.corrections import Hand
from tests.store import filled
from tests.store.filled import NOW, after, row

pytestmark = pytest.mark.usefixtures("opened")
POST = PostId("lab23", OWN, "20231010T120000-abc")
HAND = Hand("cli:jo", "it rains", NOW, filled.FIRST_DAY)
LATER = Moment(after(7200), "2023-10-10T15:00", "Europe/London", 0)


def nothing() -> None:
    """Nobody objects."""


@pytest.fixture
def numbers() -> dict[str, int]:
    """The post on two accounts, due in an hour."""
    said = [Words(name, "Come", "en") for name in ("x", "mastodon")]
    moment = Moment(after(3600), "2023-10-10T14:00", "Europe/London", 0)
    post = WantedPost(POST, moment, 900, "", "", "", tuple(said))
    made = posts.add_post(Add(post, None, tuple(NewDelivery(one, State.QUEUED) for one in said)), filled.ink())
    return dict(zip(("x", "mastodon"), made, strict=True))


def words(*accounts: str) -> list[Words]:
    return [Words(name, "Come to the stairs", "cy", "one click away") for name in accounts]


def test_other_words_take_their_place_with_what_they_state(numbers: dict[str, int]) -> None:
    facts = {"x": [Fact("link.motion", "https://freemovement.example")], "mastodon": [Fact("milestone.vote", "14:00")]}
    own_posts.reword(POST, words("x", "mastodon"), facts, HAND, first=nothing)
    for number in numbers.values():
        kept = row(number)
        assert (kept.text, kept.language, kept.imprint) == ("Come to the stairs", "cy", "one click away")
        told = events.events_of(events.of_delivery(number))[-2]
        assert (told.actor, told.detail) == ("cli:jo", "it rains\nwas: Come\nnow: Come to the stairs")
    known = {one.delivery.account: [fact.name for fact in one.facts] for one in published_facts.unsent("lab23")}
    assert known == {"x": ["link.motion"], "mastodon": ["milestone.vote"]}


def test_a_claim_made_before_ends_in_nothing(numbers: dict[str, int]) -> None:
    DeliveryRow.objects.filter(id=numbers["x"]).update(run_at=NOW)
    filled.claim()
    before = row(numbers["x"]).fence
    own_posts.leave_out(POST, ["x"], HAND, first=nothing)
    assert row(numbers["x"]).fence > before


def test_it_moves_whole(numbers: dict[str, int]) -> None:
    DeliveryRow.objects.filter(id=numbers["x"]).update(state="held", reason=HoldReason.STOPPED)
    own_posts.move_to(POST, LATER, HAND, first=nothing)
    post = PostRow.objects.get(slot=OWN)
    assert (post.due_at, post.wall_time) == (after(7200), "2023-10-10T15:00")
    for number in numbers.values():
        kept = row(number)
        assert (kept.state, kept.reason, kept.run_at) == (State.QUEUED, "", after(7200))
        assert (kept.too_late_at - kept.run_at).total_seconds() == post.too_late_s


def test_it_is_left_out_on_one_account_and_taken_in_again(numbers: dict[str, int]) -> None:
    own_posts.leave_out(POST, ["x"], HAND, first=nothing)
    assert (row(numbers["x"]).state, row(numbers["mastodon"]).state) == (State.DROPPED, State.QUEUED)
    own_posts.take_in(POST, ["x"], HAND, first=nothing)
    assert (row(numbers["x"]).state, row(numbers["x"]).reason) == (State.QUEUED, "")


@pytest.mark.parametrize(
    "reason", [HoldReason.KEPT, HoldReason.REJECTED, HoldReason.IMPRINT, HoldReason.NEAR_COPY, HoldReason.UNTRUE]
)
def test_what_was_held_is_taken_in_again_as_it_was(numbers: dict[str, int], reason: HoldReason) -> None:
    DeliveryRow.objects.filter(id=numbers["x"]).update(state="held", reason=reason, detail="why")
    before = decisions.times_let_go()
    for _ in range(2):
        own_posts.leave_out(POST, ["x", "mastodon"], HAND, first=nothing)
        assert row(numbers["x"]).reason == "skipped"
        own_posts.take_in(POST, ["x", "mastodon"], HAND, first=nothing)
        kept = row(numbers["x"])
        assert (kept.state, kept.reason, kept.detail) == (State.HELD, reason, "why")
        assert (row(numbers["mastodon"]).state, row(numbers["mastodon"]).reason) == (State.QUEUED, "")
    told = [
        one.detail for one in events.events_of(events.of_delivery(numbers["x"])) if one.kind == "why it is taken in"
    ]
    assert told == ["it rains"] * 2
    assert (decisions.times_let_go() > before) is (reason is HoldReason.UNTRUE), "it may be true by now"


@pytest.mark.parametrize("reason", [HoldReason.STOPPED, HoldReason.ACCOUNT, HoldReason.BUDGET])
def test_what_passes_by_itself_is_asked_anew_when_it_is_due(numbers: dict[str, int], reason: HoldReason) -> None:
    DeliveryRow.objects.filter(id=numbers["x"]).update(state="held", reason=reason, detail="why")
    own_posts.leave_out(POST, ["x"], HAND, first=nothing)
    own_posts.take_in(POST, ["x"], HAND, first=nothing)
    assert (row(numbers["x"]).state, row(numbers["x"]).reason) == (State.QUEUED, "")


def test_what_an_earlier_version_left_out_while_it_was_held_waits_for_a_person(numbers: dict[str, int]) -> None:
    DeliveryRow.objects.filter(id=numbers["x"]).update(state="dropped", reason="skipped")
    left = events.Event(NOW, "cli:jo", events.of_delivery(numbers["x"]), "left out", "held", "dropped")
    events.note(left)
    own_posts.take_in(POST, ["x"], HAND, first=nothing)
    kept = row(numbers["x"])
    assert (kept.state, kept.reason, kept.detail) == (
        State.HELD,
        HoldReason.KEPT,
        "It was held when somebody left it out.",
    )


@pytest.mark.parametrize("state", [State.SENDING, State.UNSURE, State.SENT, State.MISSED, State.DROPPED])
def test_what_does_not_wait_any_more_changes_in_nothing(numbers: dict[str, int], state: State) -> None:
    DeliveryRow.objects.filter(id=numbers["x"]).update(state=state)
    for act in (
        lambda: own_posts.reword(POST, words("x", "mastodon"), {}, HAND, first=nothing),
        lambda: own_posts.leave_out(POST, ["x", "mastodon"], HAND, first=nothing),
        lambda: own_posts.take_in(POST, ["x", "mastodon"], HAND, first=nothing),
    ):
        with pytest.raises(UsageError, match="Nothing was changed"):
            act()
    if state is not State.DROPPED:
        with pytest.raises(UsageError, match=f"It is {state} on x, so its time stays"):
            own_posts.move_to(POST, LATER, HAND, first=nothing)
    assert (row(numbers["mastodon"]).state, row(numbers["mastodon"]).text) == (State.QUEUED, "Come")


@pytest.mark.parametrize(
    "doubt",
    [{"request": b"bytes"}, {"unseen_since": NOW}, {"state": State.HELD, "reason": HoldReason.DOUBT}],
    ids=["frozen", "unseen", "doubt"],
)
def test_what_may_be_out_changes_in_nothing(numbers: dict[str, int], doubt: dict[str, object]) -> None:
    DeliveryRow.objects.filter(id=numbers["x"]).update(**doubt)
    with pytest.raises(UsageError, match="It may be out on x"):
        own_posts.must_wait(POST, [])
    with pytest.raises(UsageError, match="It may be out on x"):
        own_posts.leave_out(POST, ["x"], HAND, first=nothing)


def ask(delivery: int, *, reason: str = HoldReason.HAND_OFF) -> None:
    """Anna was asked to post it by hand; by now it is held for this."""
    token = "a" * 43
    secret_links.make_secret_link(
        kind=LinkKind.HAND_OFF, token=token, now=NOW, actor="service", person="anna", delivery=delivery
    )
    DeliveryRow.objects.filter(id=delivery).update(state="held", reason=reason, detail="why")


@pytest.mark.parametrize("reason", [HoldReason.HAND_OFF, HoldReason.KEPT, HoldReason.UNTRUE, HoldReason.NEAR_COPY])
def test_what_people_were_asked_to_post_is_taken_in_for_a_person_to_decide(
    numbers: dict[str, int], reason: HoldReason
) -> None:
    ask(numbers["x"], reason=reason)
    own_posts.leave_out(POST, ["x"], HAND, first=nothing)
    own_posts.move_to(POST, LATER, HAND, first=nothing)  # it waits on the other account
    own_posts.take_in(POST, ["x"], HAND, first=nothing)
    kept = row(numbers["x"])
    assert (kept.state, kept.reason) == (State.HELD, HoldReason.OVERTAKEN)
    assert kept.detail.startswith("People were asked to post it by hand before it was left out.")
    assert kept.run_at == after(7200)


@pytest.mark.parametrize(
    ("reason", "said"), [(HoldReason.HAND_OFF, "People are asked"), (HoldReason.UNTRUE, "People were asked")]
)
def test_what_people_were_asked_to_post_keeps_its_time(numbers: dict[str, int], reason: HoldReason, said: str) -> None:
    ask(numbers["x"], reason=reason)
    with pytest.raises(UsageError, match=f"{said} to post it on x, and may be at it"):
        own_posts.must_wait(POST, [], to_move=True)
    with pytest.raises(UsageError, match=f"{said} to post it on x, and may be at it"):
        own_posts.move_to(POST, LATER, HAND, first=nothing)


def test_other_words_leave_what_people_were_asked_to_post_with_them(numbers: dict[str, int]) -> None:
    ask(numbers["x"], reason=HoldReason.UNTRUE)
    own_posts.reword(POST, words("x"), {}, HAND, first=nothing)
    kept = row(numbers["x"])
    assert (kept.state, kept.reason, kept.detail) == (State.HELD, HoldReason.HAND_OFF, BY_HAND)


def test_what_its_time_has_overtaken_is_not_taken_in_again(numbers: dict[str, int]) -> None:
    own_posts.leave_out(POST, list(numbers), HAND, first=nothing)
    PostRow.objects.filter(slot=OWN).update(due_at=NOW)
    with pytest.raises(UsageError, match="cannot be taken in again on x"):
        own_posts.take_in(POST, list(numbers), HAND, first=nothing)


def test_what_speaks_against_it_keeps_everything_as_it_was(numbers: dict[str, int]) -> None:
    def objection() -> None:
        raise UsageError("Somebody has said that a moment ago.")

    with pytest.raises(UsageError, match="a moment ago"):
        own_posts.reword(POST, words("x"), {}, HAND, first=objection)
    assert row(numbers["x"]).text == "Come"


@pytest.mark.parametrize(
    ("reason", "after_words"),
    [(HoldReason.REJECTED, State.QUEUED), (HoldReason.UNTRUE, State.QUEUED), (HoldReason.STOPPED, State.HELD)],
)
def test_what_was_held_for_its_words_goes_on_with_others(
    numbers: dict[str, int], reason: HoldReason, after_words: State
) -> None:
    DeliveryRow.objects.filter(id=numbers["x"]).update(state="held", reason=reason, detail="why")
    own_posts.reword(POST, words("x"), {}, HAND, first=nothing)
    kept = row(numbers["x"])
    assert (kept.state, kept.detail) == (after_words, "" if after_words is State.QUEUED else "why")


def test_after_a_restore_it_is_looked_for_since_it_may_have_been_moved_or_taken_in(numbers: dict[str, int]) -> None:
    own_posts.leave_out(POST, ["x"], HAND, first=nothing)
    restored.doubt(made_at=NOW, now=after(60), actor="cli:jo", reason="restored", readable=["mastodon", "x"])
    assert row(numbers["mastodon"]).state == State.UNSURE
    assert row(numbers["x"]).unseen_since == NOW
    with pytest.raises(UsageError, match="cannot be taken in again on x"):
        own_posts.take_in(POST, ["x"], HAND, first=nothing)
