"""Other words for what is out: worked out, queued whole, and never both versions up, whatever goes wrong."""

from __future__ import annotations

import random

import pytest

from amplifier.campaign.delivery import RemoteState, State, Verb
from amplifier.campaign.post import PostId
from amplifier.errors import AlreadyPublished, OutcomeUnknown, Rejected, TemplateError, Unavailable, UsageError
from amplifier.operate.correct import NewWords, prepare_correction
from amplifier.operate.outcome import outcomes
from amplifier.settings import Settings
from amplifier.store import delivery_views, events
from amplifier.store.models import DeliveryRow, PostRow
from amplifier.store.operate import corrections
from tests.deliver.desk import Desk, story
from tests.deliver.out import ALL, correct, hand, queue, rows, say, texts, the_settings
from tests.store import filled
from tests.store.filled import NOW

NEW = "The ballot closes at 17:40."
SAID = "Correction: The ballot closes at 17:40."


@pytest.fixture(autouse=True)
def _listed(desk: Desk) -> None:  # noqa: ARG001  the ledger that it works on
    filled.list_as(the_settings())


def prepared(post: object, text: str = NEW, on: tuple[str, ...] = ()) -> object:
    words = {name: NewWords(text) for name in ALL}
    return prepare_correction(post, words, the_settings(), now=NOW, on=on)  # type: ignore[arg-type]


def settle(desk: Desk, ticks: int = 12) -> None:
    for _ in range(ticks):
        desk.tick()
        desk.pass_by(61)


def has(desk: Desk, account: str, words: str) -> bool:
    return any(words in text for text in texts(desk, account))


def test_where_a_post_can_be_edited_it_is_and_elsewhere_it_is_deleted_and_said_anew(desk: Desk) -> None:
    post = say(desk)
    ids = correct(post, NEW, now=desk.time)
    settle(desk, 3)
    for account in ALL:
        (text,) = texts(desk, account)
        assert text.startswith(SAID)
        assert text.endswith("Promoted by the Labour Campaign for Free Movement.")
    assert desk.networks["mastodon"].calls.count("publish") == 1
    found = outcomes(delivery_views.views(post=post), ids)
    assert [one.sentence for one in found] == ["deleted, posted again", "deleted, posted again", "edited"]
    assert all(one.is_done and one.url for one in found)
    (first,) = rows(post, "mastodon", Verb.PUBLISH)
    assert first.remote_state == RemoteState.EDITED


def test_every_version_is_kept_with_who_changed_it_and_why(desk: Desk) -> None:
    post = say(desk, "The ballot closes at 17:00.", on=("x",))
    correct(post, NEW, now=desk.time)
    first, second = rows(post, "x", Verb.PUBLISH)
    assert (first.text, second.identity.revision) == ("The ballot closes at 17:00.", 1)
    told = [one for one in events.events_of(f"delivery:{first.id}") if one.kind == "to be corrected"]
    assert told[0].actor == "cli:jo"
    assert told[0].detail.startswith(f"it slipped\nwas: The ballot closes at 17:00.\nnow: {SAID}")
    assert story(second.id) == ["to be corrected"]
    keys = DeliveryRow.objects.filter(post__slot=post.slot).values_list("key", flat=True)
    assert len(set(keys)) == len(keys)


def test_what_does_not_fit_is_refused_before_anything_happens(desk: Desk) -> None:
    post = say(desk)
    with pytest.raises(TemplateError, match="X allows 280 characters"):
        prepared(post, "long " * 56)
    assert len(rows(post)) == 3


def test_where_it_says_so_already_nothing_is_done(desk: Desk) -> None:
    post = say(desk, f"{NEW}\n\nPromoted by the Labour Campaign for Free Movement.")
    with pytest.raises(UsageError, match="There is nothing to correct") as refused:
        prepared(post)
    assert str(refused.value).count("It says that already.") == 3


def test_what_somebody_else_changed_can_be_put_right_with_our_own_words(desk: Desk) -> None:
    words = f"{NEW}\n\nPromoted by the Labour Campaign for Free Movement."
    post = say(desk, words, on=("mastodon",))
    DeliveryRow.objects.filter(post__slot=post.slot).update(
        remote_state=RemoteState.EDITED, outside_text="Other words."
    )
    assert [act.change.words.text for act in prepared(post).acts] == [f"Correction: {words}"]  # type: ignore[attr-defined]


def test_an_account_that_the_post_was_not_for_is_refused(desk: Desk) -> None:
    post = say(desk, on=("x",))
    with pytest.raises(UsageError, match="not for an account “mastodon”"):
        prepared(post, on=("mastodon",))


def test_x_is_not_given_words_that_it_has_had_for_this_post_before(desk: Desk) -> None:
    post = say(desk, on=("x",))
    correct(post, NEW, now=desk.time)
    settle(desk, 3)
    correct(post, "The ballot closes at 18:00.", now=desk.time)
    settle(desk, 3)
    with pytest.raises(UsageError, match="X takes no text twice"):
        prepared(post)


def test_what_echoes_another_post_on_x_is_refused(desk: Desk) -> None:
    say(desk, f"{SAID} Please vote before that.", on=("x",))
    post = say(desk, on=("x",))
    with pytest.raises(UsageError, match="X takes no copies"):
        prepared(post, f"{NEW} Please vote before that.")


def north_has(text: str, post: PostId | None = None) -> Settings:
    """The settings with a second account on X that said this an hour ago, as part of this post or of one of its own."""
    number = filled.add(text, account="x", due=filled.after(-3600))
    DeliveryRow.objects.filter(id=number).update(
        account_id=filled.also("x-north", "x", "north"),
        state="sent",
        sent_at=filled.after(-3600),
        remote_id="77",
        remote_state="live",
    )
    if post is not None:
        DeliveryRow.objects.filter(id=number).update(post_id=filled.row(rows(post, "x")[0].id).post_id)
    x = the_settings().account("x")
    return the_settings().model_copy(
        update={"accounts": (*the_settings().accounts, x.model_copy(update={"name": "x-north", "handle": "north"}))}
    )


MEET = "Come and meet the speakers by the coffee stall before lunch."


def test_a_correction_to_what_the_same_post_says_on_another_account_on_x_is_refused(desk: Desk) -> None:
    post = say(desk, on=("x",))
    two = north_has(MEET, post)
    with pytest.raises(UsageError, match=f"x would say nearly what x-north has in {post.slot}/once: .*X takes no cop"):
        prepare_correction(post, {"x": NewWords(MEET)}, two, now=desk.time, on=("x",))


def test_a_correction_of_an_old_post_is_held_against_what_is_out_today(desk: Desk) -> None:
    post = say(desk, on=("x",))
    DeliveryRow.objects.filter(post__slot=post.slot).update(sent_at=filled.after(-864_000))
    PostRow.objects.filter(slot=post.slot).update(due_at=filled.after(-864_000))
    say(desk, MEET, on=("x",))
    with pytest.raises(UsageError, match="X takes no copies"):
        prepare_correction(post, {"x": NewWords(MEET)}, the_settings(), now=desk.time)
    with pytest.raises(UsageError, match="x would say nearly what x-north has"):
        prepare_correction(
            post, {"x": NewWords("Speakers gather at the east door with banners and songs.")},
            north_has("Speakers gather at the east door with banners and songs."), now=desk.time,
        )  # fmt: skip


def test_words_that_wait_and_give_way_keep_no_others_back(desk: Desk) -> None:
    post = say(desk, on=("x",))
    correct(post, MEET, now=desk.time)
    two = north_has("A completely different message about transport.", post)
    words = {"x": NewWords("The bus leaves from gate four."), "x-north": NewWords(MEET)}
    assert len(prepare_correction(post, words, two, now=desk.time).acts) == 2


def test_what_is_not_out_yet_is_left_to_the_command_that_edits_it(desk: Desk) -> None:
    post = queue({"x": "The ballot closes at 17:00."}, now=desk.time)
    with pytest.raises(UsageError, match="amplifier edit"):
        prepared(post)


def test_a_post_that_changed_since_it_was_shown_is_not_touched(desk: Desk) -> None:
    post = say(desk, on=("x",))
    shown = prepare_correction(post, {"x": NewWords(NEW)}, the_settings(), now=desk.time)
    correct(post, "The ballot closes at 18:00.", now=desk.time)
    before = len(rows(post))
    with pytest.raises(UsageError, match="changed on x meanwhile"):
        corrections.correct(post, [act.change for act in shown.acts], hand(desk.time))
    assert len(rows(post)) == before


def test_the_new_words_wait_until_the_old_ones_are_certainly_gone(desk: Desk) -> None:
    post = say(desk, on=("x",))
    ids = correct(post, NEW, now=desk.time)
    desk.x.lost.append(OutcomeUnknown("No answer."))  # deleted, and nobody was told
    desk.tick()
    (one,) = outcomes(delivery_views.views(post=post), ids)
    assert (one.state, one.is_resting) == (State.UNSURE, False)
    assert "nothing is posted again before that is sure" in one.sentence
    assert desk.x.calls.count("publish") == 1
    settle(desk, 4)
    assert [text[: len(SAID)] for text in texts(desk, "x")] == [SAID]
    assert desk.x.calls.count("delete") == 1


def test_a_refused_deletion_leaves_the_old_words_up_and_the_new_ones_waiting(desk: Desk) -> None:
    post = say(desk, on=("x",))
    ids = correct(post, NEW, now=desk.time)
    desk.x.refused.append(Rejected("Not yours."))
    settle(desk, 4)
    (one,) = outcomes(delivery_views.views(post=post), ids)
    assert (one.state, one.is_resting, one.is_done) == (State.HELD, True, False)
    assert one.sentence == "not deleted: Not yours. The new words wait for that, so they are not out."
    assert not has(desk, "x", "Correction")
    again = correct(post, "The ballot closes at 18:00.", now=desk.time)
    settle(desk, 4)
    assert outcomes(delivery_views.views(post=post), again)[0].is_done
    assert len(texts(desk, "x")) == 1


def test_deleted_and_not_posted_again_is_said_plainly_and_can_be_mended(desk: Desk) -> None:
    post = say(desk, on=("x",))
    ids = correct(post, NEW, now=desk.time)
    desk.x.refused += [lambda: None, Rejected("You are not allowed to create a Tweet with duplicate content.")]
    settle(desk, 4)
    (one,) = outcomes(delivery_views.views(post=post), ids)
    assert (one.state, one.is_done) == (State.HELD, False)
    assert one.sentence.startswith("deleted, and the new words are not out: You are not allowed")
    assert texts(desk, "x") == []
    again = correct(post, "The ballot is open until 17:40.", now=desk.time)
    settle(desk, 3)
    assert outcomes(delivery_views.views(post=post), again)[0].is_done
    assert [text[:40] for text in texts(desk, "x")] == ["Correction: The ballot is open until 17:4"[:40]]


def test_a_duplicate_that_x_remembers_is_held_and_not_taken_for_ours(desk: Desk) -> None:
    post = say(desk, on=("x",))
    ids = correct(post, NEW, now=desk.time)
    desk.x.refused += [lambda: None, AlreadyPublished("Duplicate.")]
    settle(desk, 6)
    (one,) = outcomes(delivery_views.views(post=post), ids)
    assert (one.state, one.is_resting) == (State.HELD, True)
    assert texts(desk, "x") == []


def test_a_stop_lets_deletions_and_edits_through_and_holds_new_words(desk: Desk) -> None:
    post = say(desk)
    ids = correct(post, NEW, now=desk.time)
    desk.stopped = "The account was taken over."
    settle(desk, 3)
    assert texts(desk, "x") == texts(desk, "bluesky") == []
    assert has(desk, "mastodon", SAID)
    held = [one for one in outcomes(delivery_views.views(post=post), ids) if not one.is_done]
    assert [one.account for one in held] == ["x", "bluesky"]
    assert all("deleted, and the new words are not out: Sending is stopped." in one.sentence for one in held)


def test_a_correction_is_not_too_late_after_a_bad_hour(desk: Desk) -> None:
    post = say(desk, on=("x",))
    desk.pass_by(3600)
    correct(post, NEW, now=desk.time)
    desk.x.refused += [Unavailable("Down.") for _ in range(8)]
    settle(desk, 120)
    assert has(desk, "x", SAID)


class KilledError(BaseException):
    """The worker died here."""


def _words(chance: random.Random) -> str:
    """A text like no other."""
    return " ".join("".join(chance.choices("abcdefghij", k=6)) for _ in range(8))


def _fault(chance: random.Random, network: object) -> None:
    """What the next call meets."""
    match chance.randrange(6):
        case 0:
            network.refused.append(Unavailable("Down."))  # type: ignore[attr-defined]
        case 1:
            network.lost.append(OutcomeUnknown("No answer."))  # type: ignore[attr-defined]
        case 2:
            network.refused.append(KilledError())  # type: ignore[attr-defined]
        case 3:
            network.lost.append(KilledError())  # type: ignore[attr-defined]
        case 4:
            network.unread.append(Unavailable("Cannot look."))  # type: ignore[attr-defined]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_never_both_versions_and_always_an_end_whatever_is_lost_or_killed(desk: Desk) -> None:
    chance = random.Random(7)
    for number in range(12):
        text, new = _words(chance), _words(chance)
        post = say(desk, text)
        ids = correct(post, new, now=desk.time)
        for step in range(40):
            if step < 15:
                for account in ALL:
                    if chance.random() < 0.4:
                        _fault(chance, desk.networks[account])
            desk.tick()
            desk.pass_by(45)
            for account in ("x", "bluesky"):
                assert not (has(desk, account, text) and has(desk, account, new)), (number, step, account)
        found = outcomes(delivery_views.views(post=post), ids)
        assert all(one.is_done for one in found), (number, found)
        for account in ALL:
            assert has(desk, account, new)
            assert not has(desk, account, text)
            assert len([one for one in texts(desk, account) if new in one]) == 1
        for network in desk.networks.values():
            for script in (network.refused, network.lost, network.unread):
                script.clear()
