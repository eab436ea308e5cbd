"""Taking a post back: deleted where it is, looked for where nobody knows, left out where it waits."""

from __future__ import annotations

import random

import pytest

from amplifier.campaign.delivery import Receipt, RemoteState, State, Verb
from amplifier.campaign.hold_reasons import HoldReason
from amplifier.campaign.post import PostId
from amplifier.campaign.secret_link import LinkKind
from amplifier.errors import OutcomeUnknown, Rejected, Unavailable, UsageError
from amplifier.operate.outcome import Outcome, outcomes
from amplifier.operate.withdraw import DELETE, DROP, LATE, LOOK, ON_THE_WAY, prepare_withdrawal, queue_withdrawal
from amplifier.store import delivery_views, secret_links
from amplifier.store.models import DeliveryRow
from amplifier.store.operate import withdrawals
from tests.deliver.desk import Desk, story
from tests.deliver.out import ALL, correct, hand, queue, rows, say, texts, the_settings
from tests.store import filled


@pytest.fixture(autouse=True)
def _listed(desk: Desk) -> None:  # noqa: ARG001  the ledger that it works on
    filled.list_as(the_settings())


def withdraw(post: PostId, desk: Desk, *, on: tuple[str, ...] = ()) -> list[int]:
    return queue_withdrawal(prepare_withdrawal(post, the_settings(), on=on), hand(desk.time, "wrong room"))


def ends(post: PostId, ids: list[int]) -> dict[str, Outcome]:
    return {one.account: one for one in outcomes(delivery_views.views(post=post), ids)}


def settle(desk: Desk, ticks: int = 8) -> None:
    for _ in range(ticks):
        desk.tick()
        withdrawals.tidy(now=desk.time)
        desk.pass_by(61)


def test_a_post_is_deleted_everywhere_and_stays_away(desk: Desk) -> None:
    post = say(desk)
    ids = withdraw(post, desk)
    settle(desk)
    assert all(texts(desk, account) == [] for account in ALL)
    assert {one.sentence for one in ends(post, ids).values()} == {"deleted"}
    first = rows(post, verb=Verb.PUBLISH)
    assert {row.remote_state for row in first} == {RemoteState.WITHDRAWN}
    assert {row.state for row in first} == {State.SENT}
    with pytest.raises(UsageError, match="is out or waits to go out"):
        prepare_withdrawal(post, the_settings())


def test_what_was_corrected_since_it_was_shown_is_not_deleted_unseen(desk: Desk) -> None:
    post = say(desk, on=("x", "mastodon"))
    shown = prepare_withdrawal(post, the_settings())
    correct(post, "The ballot closes at 18:00.", now=desk.time, on=("mastodon",))
    before = len(rows(post))
    with pytest.raises(UsageError, match="changed on mastodon meanwhile"):
        queue_withdrawal(shown, hand(desk.time))
    assert len(rows(post)) == before, "on no account"


def test_what_goes_out_while_somebody_thinks_about_it_is_deleted_all_the_same(desk: Desk) -> None:
    post = queue({"mastodon": "Room 3 at noon."}, now=desk.time)
    shown = prepare_withdrawal(post, the_settings())
    settle(desk, 1)
    assert texts(desk, "mastodon") == ["Room 3 at noon."]
    queue_withdrawal(shown, hand(desk.time))
    settle(desk)
    assert texts(desk, "mastodon") == []


def test_what_waits_is_left_out_with_the_reason(desk: Desk) -> None:
    post = queue({"x": "Room 3 at noon."}, now=desk.time)
    shown = prepare_withdrawal(post, the_settings())
    assert [(one.what, one.dollars) for one in shown.takings] == [(DROP, 0.0)]
    ids = withdraw(post, desk)
    settle(desk, 2)
    (row,) = rows(post)
    assert (row.state, row.detail) == (State.DROPPED, "wrong room")
    assert story(row.id) == ["planned", "withdrawn"]
    assert ends(post, ids)["x"].is_done
    assert desk.x.calls == []


def test_one_account_can_be_taken_back_alone(desk: Desk) -> None:
    post = say(desk)
    withdraw(post, desk, on=("bluesky",))
    settle(desk, 2)
    assert [len(texts(desk, account)) for account in ALL] == [1, 0, 1]


def test_what_nobody_knows_is_looked_for_and_deleted_if_it_is_there(desk: Desk) -> None:
    post = queue({"x": "Room 3 at noon."}, now=desk.time)
    desk.x.lost.append(OutcomeUnknown("No answer."))
    desk.tick()
    assert [one.what for one in prepare_withdrawal(post, the_settings()).takings] == [LOOK]
    ids = withdraw(post, desk)
    waits = ends(post, ids)["x"]
    assert (waits.state, waits.is_resting) == (State.UNSURE, False)
    settle(desk)
    assert texts(desk, "x") == []
    assert desk.x.calls.count("delete") == 1
    assert ends(post, ids)["x"].sentence == "deleted"
    assert rows(post, verb=Verb.PUBLISH)[0].remote_state == RemoteState.WITHDRAWN


def test_what_nobody_knows_and_is_not_there_is_never_sent_again(desk: Desk) -> None:
    post = queue({"x": "Room 3 at noon."}, now=desk.time)
    desk.x.refused.append(OutcomeUnknown("No answer."))
    desk.tick()
    ids = withdraw(post, desk)
    settle(desk)
    assert texts(desk, "x") == []
    assert desk.x.calls.count("publish") == 1
    assert "delete" not in desk.x.calls
    one = ends(post, ids)["x"]
    assert (one.state, one.is_done) == (State.DROPPED, True)


def test_a_link_that_nobody_has_looked_at_means_that_it_may_be_out(desk: Desk) -> None:
    post = queue({"x": "Room 3 at noon."}, now=desk.time)
    (row,) = rows(post)
    DeliveryRow.objects.update(state=State.HELD, reason=HoldReason.HAND_OFF)
    kind, token = LinkKind.HAND_OFF, "a" * 43
    one = secret_links.make_secret_link(
        kind=kind, token=token, now=desk.time, actor="service", person="anna", delivery=row.id
    )
    secret_links.give_link(one, Receipt("7", "https://x.com/us/status/7"), now=desk.time)
    (taking,) = prepare_withdrawal(post, the_settings()).takings
    assert taking.what == LOOK
    ids = withdraw(post, desk)
    assert ends(post, ids)["x"].sentence == "We are looking whether it is out; if it is, it is deleted."


def test_a_doubt_is_looked_for_also_where_this_ledger_never_tried(desk: Desk) -> None:
    post = queue({"x": "Room 3 at noon."}, now=desk.time)
    DeliveryRow.objects.update(state=State.HELD, reason=HoldReason.DOUBT)
    assert [one.what for one in prepare_withdrawal(post, the_settings()).takings] == [LOOK]


def test_what_hands_missed_is_withdrawn_once_in_case_somebody_did_post_it(desk: Desk) -> None:
    post = queue({"x": "Room 3 at noon."}, now=desk.time)
    DeliveryRow.objects.update(state=State.MISSED)
    with pytest.raises(UsageError, match="is out or waits"):
        prepare_withdrawal(post, the_settings())
    DeliveryRow.objects.update(reason=HoldReason.HAND_OFF)
    assert [one.what for one in prepare_withdrawal(post, the_settings()).takings] == [LATE]
    ids = withdraw(post, desk)
    settle(desk, 2)
    assert ends(post, ids)["x"].is_done
    assert desk.x.calls == []
    with pytest.raises(UsageError, match="is out or waits"):
        prepare_withdrawal(post, the_settings())
    assert story(rows(post, verb=Verb.PUBLISH)[0].id)[-1] == "seen"


def test_a_receipt_that_comes_late_brings_its_deletion_back(desk: Desk) -> None:
    post = queue({"x": "Room 3 at noon."}, now=desk.time)
    desk.x.refused.append(OutcomeUnknown("No answer."))
    desk.tick()
    ids = withdraw(post, desk)
    settle(desk)
    (first,) = rows(post, verb=Verb.PUBLISH)
    desk.x.posts["77"] = b"||Room 3 at noon.|"
    DeliveryRow.objects.filter(id=first.id).update(state="sent", remote_id="77", remote_state="live")
    settle(desk, 3)
    assert texts(desk, "x") == []
    assert ends(post, ids)["x"].sentence == "deleted"


def test_what_was_tried_and_waits_again_is_looked_for_first(desk: Desk) -> None:
    post = queue({"x": "Room 3 at noon."}, now=desk.time)
    desk.x.refused.append(OutcomeUnknown("No answer."))
    desk.tick()
    desk.pass_by(91)
    desk.tick()
    desk.pass_by(61)
    desk.x.refused.append(Unavailable("Down."))
    desk.tick()
    (row,) = rows(post)
    assert row.state is State.QUEUED
    desk.x.posts["5"] = DeliveryRow.objects.get(id=row.id).request or b""  # it was out after all
    withdraw(post, desk)
    assert rows(post, verb=Verb.PUBLISH)[0].state is State.UNSURE
    settle(desk)
    assert texts(desk, "x") == []


def test_a_doubt_that_nobody_settled_is_not_taken_for_absence(desk: Desk) -> None:
    post = queue({"x": "Room 3 at noon."}, now=desk.time)
    desk.x.lost.append(OutcomeUnknown("No answer."))
    desk.tick()
    desk.rehire(x={"readable": False})
    ids = withdraw(post, desk)
    desk.pass_by(91)
    settle(desk, 4)
    one = ends(post, ids)["x"]
    assert (one.state, one.is_done, one.is_resting) == (State.HELD, False, True)
    assert one.sentence.startswith("Nobody knows whether it is out:")


def test_a_withdrawal_takes_the_place_of_a_correction_that_waits(desk: Desk) -> None:
    post = say(desk, on=("x", "mastodon"))
    correct(post, "The ballot closes at 17:40.", now=desk.time)
    ids = withdraw(post, desk)
    settle(desk)
    assert texts(desk, "x") == texts(desk, "mastodon") == []
    assert desk.x.calls.count("publish") == 1
    assert all(one.is_done for one in ends(post, ids).values())


def test_a_withdrawal_in_the_middle_of_a_correction_leaves_nothing_up(desk: Desk) -> None:
    post = say(desk, on=("x",))
    correct(post, "The ballot closes at 17:40.", now=desk.time)
    desk.x.refused += [lambda: None, Unavailable("Down.")]
    desk.tick()  # deleted, and the new words are not out yet
    assert prepare_withdrawal(post, the_settings()).takings[0].what == DROP
    ids = withdraw(post, desk)
    settle(desk)
    assert texts(desk, "x") == []
    assert ends(post, ids)["x"].is_done


def test_an_edit_that_comes_too_late_for_a_deleted_post_is_dropped(desk: Desk) -> None:
    post = say(desk, on=("mastodon",))
    correct(post, "The ballot closes at 17:40.", now=desk.time)
    desk.networks["mastodon"].refused.append(OutcomeUnknown("No answer."))
    desk.tick()
    (edit,) = rows(post, verb=Verb.EDIT)
    assert edit.state is State.UNSURE
    withdraw(post, desk)
    settle(desk)
    (edit,) = rows(post, verb=Verb.EDIT)
    assert edit.state is State.DROPPED
    assert texts(desk, "mastodon") == []


def test_a_deletion_that_is_on_its_way_is_not_asked_for_twice(desk: Desk) -> None:
    post = say(desk, on=("x",))
    first = withdraw(post, desk)
    desk.x.lost.append(OutcomeUnknown("No answer."))
    desk.tick()
    assert prepare_withdrawal(post, the_settings()).takings[0].what == ON_THE_WAY
    assert withdraw(post, desk) == first


def test_a_refused_deletion_is_held_and_may_be_asked_for_again(desk: Desk) -> None:
    post = say(desk, on=("x",))
    ids = withdraw(post, desk)
    desk.x.refused.append(Rejected("Not now."))
    settle(desk, 3)
    assert ends(post, ids)["x"].sentence == "not deleted: Not now."
    assert prepare_withdrawal(post, the_settings()).takings[0].what == DELETE
    again = withdraw(post, desk)
    settle(desk, 3)
    assert ends(post, again)["x"].is_done


def test_on_an_account_used_by_hand_a_person_deletes_and_says_so(desk: Desk) -> None:
    post = say(desk, on=("x",))
    desk.rehire(x={"by_hand": True})
    correct(post, "The ballot closes at 17:40.", now=desk.time)
    desk.tick()
    deletion, words = rows(post, verb=Verb.DELETE)[0], rows(post, verb=Verb.PUBLISH)[1]
    assert (deletion.state, deletion.reason) == (State.HELD, "hand_off")
    assert words.state is State.QUEUED  # nobody is asked to post it while the old words are up
    withdrawals.done_by_hand(deletion.id, hand(desk.time))
    assert rows(post, verb=Verb.PUBLISH)[0].remote_state == RemoteState.WITHDRAWN
    desk.tick()
    words = rows(post, verb=Verb.PUBLISH)[1]
    assert (words.state, words.reason) == (State.HELD, "hand_off")
    with pytest.raises(UsageError, match="Nothing waits there for a hand"):
        withdrawals.done_by_hand(deletion.id, hand(desk.time))


@pytest.mark.parametrize("seed", range(4))
def test_nothing_is_left_up_whatever_is_lost_and_whenever_it_is_withdrawn(desk: Desk, seed: int) -> None:
    chance = random.Random(seed)
    for number in range(8):
        post = queue({"x": f"Number {number} of {seed}."}, now=desk.time)
        taken_back = chance.randrange(6)
        ids: list[int] = []
        for step in range(25):
            if step < 8 and chance.random() < 0.4:
                lost, refused = OutcomeUnknown("No answer."), chance.choice([OutcomeUnknown("No."), Unavailable("No.")])
                script, error = chance.choice([(desk.x.lost, lost), (desk.x.refused, refused)])
                script.append(error)
            if step == taken_back:
                ids = withdraw(post, desk)
            desk.tick()
            withdrawals.tidy(now=desk.time)
            desk.pass_by(chance.choice([5, 61]))
        settle(desk, 10)
        assert texts(desk, "x") == [], (seed, number)
        assert all(one.is_done for one in ends(post, ids).values()), ends(post, ids)
        desk.x.refused.clear()
        desk.x.lost.clear()
