"""What a deletion would break, asked of networks that may not answer."""

from __future__ import annotations

import threading

from amplifier.campaign.correction import stands
from amplifier.errors import Unavailable
from amplifier.operate.impact import Impact, look_at
from tests.deliver.desk import Desk
from tests.deliver.out import rows, say
from tests.waiting import HANG_S, until


def test_what_the_networks_tell_is_told_and_the_rest_is_not_known(desk: Desk) -> None:
    post = say(desk)
    desk.networks["bluesky"].unread.append(Unavailable("Down."))
    desk.networks["mastodon"].posts.clear()
    found = look_at(stands(rows(post)), desk.networks, may_read=lambda _account: True, seconds=HANG_S)
    assert found == {"x": Impact(0, 0), "bluesky": Impact(), "mastodon": Impact(is_gone=True)}
    assert [str(found[name]) for name in ("x", "bluesky")] == ["0 boosts, 0 replies", "not known"]


def test_one_that_does_not_answer_is_not_waited_for(desk: Desk) -> None:
    post = say(desk, on=("x", "bluesky"))
    forever = threading.Event()
    desk.networks["bluesky"].unread.append(lambda: forever.wait(HANG_S))

    def may_read(account: str) -> bool:
        """The time that is given begins when the first has answered."""
        if account == "bluesky":
            until(lambda: not [one for one in threading.enumerate() if one.name == "look x"])
        return True

    found = look_at(stands(rows(post)), desk.networks, may_read=may_read, seconds=0.2)
    forever.set()
    assert (found["x"], found["bluesky"]) == (Impact(0, 0), Impact())


def test_an_account_that_may_not_be_asked_or_reached_is_not(desk: Desk) -> None:
    post = say(desk, on=("x", "bluesky"))
    del desk.networks["bluesky"]
    found = look_at(stands(rows(post)), desk.networks, may_read=lambda _account: False, seconds=HANG_S)
    assert found == {"x": Impact(), "bluesky": Impact()}
    assert "read" not in desk.x.calls


def test_what_somebody_changed_there_is_shown(desk: Desk) -> None:
    post = say(desk, on=("x",))
    desk.x.posts[next(iter(desk.x.posts))] = b"||Other words.|"
    found = look_at(stands(rows(post)), desk.networks, may_read=lambda _account: True, seconds=HANG_S)
    assert found["x"].reads == "Other words."


def test_numbers_are_said_as_people_say_them() -> None:
    assert str(Impact(1, 1)) == "1 boost, 1 reply"
    assert str(Impact(2, None)) == "2 boosts, replies not known"
    assert str(Impact(is_gone=True)) == "it is not there any more"
