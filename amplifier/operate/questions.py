"""What a person is asked about a delivery: what happened, what to look for, what comes by itself, what they may do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from amplifier.campaign.delivery import FORGETFUL, DeliveryView, DoubtReason, State, Verb
from amplifier.campaign.hold_reasons import HELPED_BY_WORDS, HoldReason, hold_of
from amplifier.campaign.post import OWN


class Choice(StrEnum):
    """What a person may decide about a delivery."""

    THERE = "there"  # it is there, and this is its link
    AGAIN = "again"  # send it, once somebody has looked
    STAND = "stand"  # its words are no longer so, and may go out as they are
    LEAVE = "leave"  # let it be


@dataclass(frozen=True)
class Outlook:
    """What a question needs to know of its account.

    `title` and `handle` are its network and its handle as people call them, `called` is what tells it from others there
    (empty: the title does); `readable`: the network may be asked what is there; `looks`: how many
    looks must see nothing before a repeat; `parks`: then a person decides.
    """

    title: str
    handle: str
    readable: bool
    looks: int
    parks: bool
    called: str = ""


@dataclass(frozen=True)
class Question:
    """One delivery that needs a person, in sentences. `next_at`: when Amplifier takes its own next step, if it does.

    `to_paste` is a command that helps, or empty. `looks_first`: to send it again begins with a look.
    """

    row: DeliveryView
    happened: str
    look_for: str
    by_itself: str
    next_at: datetime | None
    acts: tuple[Choice, ...]
    to_paste: str = ""
    looks_first: bool = False

    @property
    def in_short(self) -> str:
        """What happened, and what else nobody may overlook where there is room for one line."""
        since = " It may have gone out since the backup." if self.row.unseen_since else ""
        return f"{self.happened}{since}"


HAPPENED: Mapping[str, str] = {
    State.UNSURE: "No clear answer came, so it may be out.",
    State.HELD: "It is held.",
    State.MISSED: "It was too late to send it, so it was not sent.",
}
MAY_BE_OUT: Mapping[str, str] = {  # where no answer of a network is the reason
    DoubtReason.RESTORED: "The database was restored from an older backup, so this may be out already.",
    DoubtReason.NEW_LEDGER: "The database is new and knows nothing of what was before, so this may be out already.",
}
WORDS_STAND = "These words stay as they are. The post goes on at the worker's next look, unless it is too late."
PASSED = "Its time has passed, so it is missed and does not go out by itself."
LOOKED_FOR_FIRST = "Whatever lets it go on, it is looked for first, and then a person decides."
TOO_LATE_THEN = "It was too late to send it when the backup was made."
NOTHING = "Nothing happens by itself."
ASKED_TO: Mapping[Verb, str] = {
    Verb.PUBLISH: "Somebody is asked to post it by hand.",
    Verb.EDIT: "Somebody is asked to change it by hand.",
    Verb.DELETE: "Somebody is asked to delete it by hand.",
}


def question(row: DeliveryView, outlook: Outlook) -> Question:
    """What to ask about a delivery that is unsure, held or missed."""
    tried = row.first_sent_at is not None or row.unseen_since is not None or row.state is State.UNSURE
    by_itself = _by_itself(row, outlook)
    return Question(
        row=row,
        happened=_happened(row),
        look_for=_look_for(row, outlook),
        by_itself=by_itself,
        next_at=row.run_at if row.state is State.UNSURE and outlook.readable else None,
        acts=tuple(act for act in _acts(row) if act is not Choice.AGAIN or outlook.readable or not tried),
        to_paste=_to_paste(row),
        looks_first=tried,
    )


def in_posts(questions: Iterable[Question]) -> int:
    """How many posts these are about, as people count them: one on three accounts is one."""
    return len({one.row.identity.post for one in questions})


def on_accounts(questions: Iterable[Question]) -> str:
    """On how many accounts, where it is one post on several: the end of a clause; else empty."""
    found = tuple(questions)
    accounts = {one.row.identity.account for one in found}
    return f", on {len(accounts)} accounts" if in_posts(found) == 1 and len(accounts) > 1 else ""


def too_late_to_stand(row: DeliveryView, *, now: datetime) -> str:
    """That letting its words stand comes too late for it, and what can be done; empty where it does not."""
    is_waiting = row.state in (State.HELD, State.QUEUED) and row.unseen_since is None
    if not is_waiting or now < row.too_late_at:
        return ""
    return f"{PASSED} To send it all the same, once it is missed: amplifier decide {row.id} --again"


def words_stand(row: DeliveryView, *, now: datetime) -> str:
    """What follows when its words may stand as they are."""
    if late := too_late_to_stand(row, now=now):
        return f"These words stay as they are. {late}"
    return WORDS_STAND if row.unseen_since is None else f"These words stay as they are. {LOOKED_FOR_FIRST}"


def sent_again(after: State, verb: Verb, *, by_hand: bool) -> str:
    """What follows when a person wants it sent again: `after` is its state then, `by_hand` whether hands must do it."""
    if after is not State.UNSURE:
        return ASKED_TO[verb] if by_hand else "It goes out now."
    if by_hand:
        return f"Amplifier looks once more. If it is not there: {ASKED_TO[verb][0].lower()}{ASKED_TO[verb][1:]}"
    return "Amplifier looks once more, and sends it if it is not there."


def _happened(row: DeliveryView) -> str:
    if row.state is State.MISSED and row.unseen_since is not None:
        return TOO_LATE_THEN
    if row.state is State.MISSED:
        held = hold_of(row.reason)
        why = held.missed_since if held and held.missed_since else row.detail
        return f"{HAPPENED[row.state]} {why}".rstrip()
    if row.state is State.UNSURE:
        return row.detail or MAY_BE_OUT.get(row.reason, HAPPENED[row.state])
    return row.detail or HAPPENED[row.state]


def _acts(row: DeliveryView) -> tuple[Choice, ...]:
    acts = _decidable(row)
    if not row.text and row.identity.verb is Verb.PUBLISH:  # it was never put into words: there is nothing to send
        acts = tuple(act for act in acts if act is not Choice.AGAIN)
    if row.unseen_since is not None and Choice.THERE not in acts:
        acts = (Choice.THERE, *acts)
    if row.identity.verb is Verb.PUBLISH:
        return acts
    return tuple(act for act in acts if act is not Choice.THERE)


def _decidable(row: DeliveryView) -> tuple[Choice, ...]:
    """What may be decided about a delivery that stands so, whatever else is known of it."""
    held = hold_of(row.reason) if row.state is State.HELD else None
    if held is None:
        return (Choice.THERE, Choice.AGAIN, Choice.LEAVE)
    between = {Choice.STAND: held.stand, Choice.AGAIN: held.again}
    return (Choice.THERE, *(choice for choice, is_so in between.items() if is_so), Choice.LEAVE)


def _look_for(row: DeliveryView, outlook: Outlook) -> str:
    where, held = f"the profile of {outlook.handle} on {outlook.title}", hold_of(row.reason)
    match row.identity.verb:
        case Verb.DELETE:
            return f"Look on {where} whether this post is gone."
        case Verb.EDIT:
            return f"Look on {where} whether the post says these words now."
        case Verb.PUBLISH if row.unseen_since is not None and row.state is not State.UNSURE:
            return f"Look on {where} for this post, also in other words."
        case Verb.PUBLISH if row.state is State.MISSED or (held is not None and not held.may_be_out):
            return ""
        case _:
            return f"Look on {where} for a post with exactly these words."


def _by_itself(row: DeliveryView, outlook: Outlook) -> str:
    if row.state is State.UNSURE:
        return _looking(row, outlook)
    if row.state is State.HELD:
        held = hold_of(row.reason)
        passes = held.by_itself.format(title=outlook.called or outlook.title) if held and held.by_itself else NOTHING
        return passes if row.unseen_since is None or passes == NOTHING else LOOKED_FOR_FIRST
    return NOTHING


def _looking(row: DeliveryView, outlook: Outlook) -> str:
    if not outlook.readable:
        where = outlook.called or outlook.title
        return f"Amplifier may not look on {where}, so it waits for you. It sends nothing again by itself."
    match row.reason:
        case DoubtReason.AGAIN:
            return "Amplifier looks once more, as you asked, and sends it if it is not there."
        case DoubtReason.REFUSED:
            return (
                "Amplifier looks once whether it is there all the same. If it is not, it asks here and sends nothing."
            )
        case DoubtReason.BY_HAND:
            return "Amplifier looks for what was posted by hand. If it does not see it, it asks here."
        case HoldReason.DUPLICATE:
            return "Amplifier looks for it. If it does not see it, it asks here and sends nothing."
    if row.reason in FORGETFUL and row.due_at <= (row.run_at or row.due_at):
        return "Amplifier looks for it. If it does not see it, it asks here and sends nothing."
    if outlook.parks:
        return "Amplifier looks for it. If it does not see it, it asks here: on this account a person decides."
    often = {1: "once", 2: "twice"}.get(outlook.looks, f"{outlook.looks} times")
    if row.reason in FORGETFUL:
        return (
            f"While the service runs, it looks for it {often}. If it is not there, it waits for its time; where it was "
            "given other words since, it asks here."
        )
    return f"Amplifier looks for it {often}. If it is not there it goes out then, unless it is too late."


def _to_paste(row: DeliveryView) -> str:
    if row.reason in (HoldReason.STOPPED, HoldReason.KEPT) and row.state is State.HELD:
        return "amplifier resume"
    return other_words(row) if row.reason in HELPED_BY_WORDS and row.state is State.HELD else ""


def other_words(row: DeliveryView, *, everywhere: bool = False) -> str:
    """The command that gives what waits other words; empty where it may be out: no own post gets others then.

    `everywhere`: on all its accounts at once, where it is no correction.
    """
    name = f"{row.identity.post.slot}/{row.identity.post.occurrence}"
    if row.identity.revision:
        return f"amplifier correct {name} --text 'other words' --on {row.identity.account}"
    may_be_out = row.frozen or row.unseen_since is not None
    if row.identity.post.slot == OWN and may_be_out:
        return ""
    return f"amplifier edit {name} 'other words'" + ("" if everywhere else f" --on {row.identity.account}")
