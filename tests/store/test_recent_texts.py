"""What accounts have said and are to say, in time and to the letter, on both databases."""

from __future__ import annotations

import pytest
from django.db import connection

from amplifier.campaign.delivery import Spoken, State
from amplifier.store import recent_texts
from amplifier.store.models import DeliveryRow
from tests.store import filled
from tests.store.filled import NOW, add, after

pytestmark = pytest.mark.usefixtures("opened")


def between(since: int, until: int, *accounts: str, most: int = 9) -> list[int]:
    found = recent_texts.recent_texts(accounts or ("x",), since=after(since), until=after(until), most=most)
    return [one.delivery for one in found]


def out(text: str = "", *, sent: int = 0, account: str = "x") -> int:
    number = add(text, account=account, due=after(sent))
    DeliveryRow.objects.filter(id=number).update(state="sent", sent_at=after(sent), remote_id=str(number))
    return number


@pytest.mark.parametrize(
    ("state", "found"),
    [
        (State.QUEUED, True),
        (State.SENDING, True),
        (State.UNSURE, True),
        (State.SENT, True),
        (State.HELD, True),
        (State.MISSED, False),
        (State.DROPPED, False),
    ],
)
def test_a_text_that_went_out_or_is_to_go_out_counts_as_said(state: State, found: bool) -> None:  # noqa: FBT001  a case
    number = add("Vote now")
    DeliveryRow.objects.filter(id=number).update(state=state, sent_at=NOW if state is State.SENT else None)
    expected = [number] if found else []
    assert between(-9, 9) == expected
    assert [one.delivery for one in recent_texts.word_for_word(["Vote now"], ["x"])] == expected


def test_what_was_missed_after_people_were_asked_to_post_it_by_hand_may_be_out_and_counts_as_said() -> None:
    number, other = add("Vote now"), add("Vote now", due=after(5))
    DeliveryRow.objects.filter(id=number).update(state=State.MISSED, reason="hand_off")
    assert between(-9, 4) == [number]
    assert {one.delivery for one in recent_texts.word_for_word(["Vote now"], ["x"])} == {number, other}
    assert [one.delivery for one in recent_texts.out_elsewhere("Vote now", ["x"], delivery=other)] == [number]


def test_what_was_said_is_that_of_these_accounts_between_these_times_the_newest_first() -> None:
    later, first = out(sent=-100), out(sent=-200)
    other, coming = out(sent=-150, account="bluesky"), add(due=after(50))
    add(due=after(50), account="mastodon")
    assert between(-200, 50, "x", "bluesky") == [later, first, coming, other]
    assert between(-200, 50, "x", "bluesky", most=1) == [later, coming, other]
    assert between(-99, 49) == between(-900, -201) == []
    assert recent_texts.recent_texts([], since=after(-900), until=after(900), most=9) == ()


def test_it_is_told_with_its_post_and_its_time() -> None:
    number = out("Vote", sent=-100)
    row = filled.row(number)
    (found,) = recent_texts.recent_texts(["x"], since=after(-900), until=NOW, most=9)
    assert found == Spoken(number, found.post, 0, "x", "Vote", after(-100))
    assert (found.post.slot, found.post.occurrence) == (row.post.slot, "once")
    coming = add("Soon", due=after(70))
    DeliveryRow.objects.filter(id=coming).update(run_at=after(75))  # tried, and to be tried again
    assert [one.at for one in recent_texts.recent_texts(["x"], since=NOW, until=after(900), most=9)] == [after(70)]
    DeliveryRow.objects.filter(id=coming).update(revision=1)
    assert [one.at for one in recent_texts.recent_texts(["x"], since=NOW, until=after(900), most=9)] == [after(75)]


def test_the_same_words_are_found_to_the_letter_on_these_accounts_by_an_index() -> None:
    begins = "Delegates, please vote for the composite motion on asylum and immigration"
    number = out(f"{begins} today", sent=-99_000_000)
    out(f"{begins} tomorrow")
    out(f"{begins} today", account="mastodon")
    texts = [f"{begins} today", "Nothing of the kind"]
    assert [one.delivery for one in recent_texts.word_for_word(texts, ["x", "bluesky"])] == [number]
    assert recent_texts.word_for_word(texts, []) == ()
    for other in range(300):  # with a handful of rows any index will do, and which is chosen is chance
        out(f"Other words, number {other}")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        statement = recent_texts.THESE_WORDS.format("%s")
        if connection.vendor == "postgresql":
            cursor.execute("SET enable_seqscan = off")
        explain = "EXPLAIN QUERY PLAN " if connection.vendor == "sqlite" else "EXPLAIN "
        cursor.execute(explain + statement, ["x", texts[0], texts[0]])
        plan = str(cursor.fetchall())
        if connection.vendor == "postgresql":
            cursor.execute("SET enable_seqscan = on")
    assert "deliveries_words" in plan
    assert "<expr>=?" in plan or "substr" in plan


@pytest.mark.parametrize(
    ("state", "leased", "older", "counts"),
    [
        ("sent", False, False, True),
        ("sending", True, False, True),
        ("unsure", False, False, True),
        ("queued", False, True, False),
        ("queued", True, True, True),
        ("queued", True, False, False),
        ("held", False, True, False),
        ("missed", False, True, False),
        ("dropped", False, True, False),
    ],
)
def test_out_is_what_is_there_or_may_be_and_of_two_in_hand_the_elder_goes_first(
    state: str,
    leased: bool,  # noqa: FBT001  a case
    older: bool,  # noqa: FBT001  a case
    counts: bool,  # noqa: FBT001  a case
) -> None:
    number = add("Vote", account="bluesky")
    DeliveryRow.objects.filter(id=number).update(state=state, lease_until=after(60) if leased else None)
    found = recent_texts.out_elsewhere("Vote", ["x", "bluesky"], delivery=number + (1 if older else -1))
    assert [one.delivery for one in found] == ([number] if counts else [])
    assert recent_texts.out_elsewhere("Vote", ["x", "bluesky"], delivery=number) == ()
