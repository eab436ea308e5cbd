"""How a correction or withdrawal stands or ended on each account: one state and one sentence, for every table. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from amplifier.campaign.delivery import ON_ITS_WAY, DeliveryView, State, Verb

UNKNOWN = "We do not know yet whether it is deleted, so nothing is posted again before that is sure."


@dataclass(frozen=True)
class Outcome:
    """One account's. `is_resting`: nothing more happens by itself; `is_done`: everything that was wanted happened."""

    account: str
    state: State
    sentence: str
    url: str = ""
    is_resting: bool = True
    is_done: bool = False


def outcomes(rows: Iterable[DeliveryView], ids: Collection[int]) -> tuple[Outcome, ...]:
    """What became of what was queued under these numbers, from all deliveries of its post."""
    by_account: dict[str, list[DeliveryView]] = {}
    for row in rows:
        by_account.setdefault(row.identity.account, []).append(row)
    found = []
    for account, all_of_it in by_account.items():
        queued = [row for row in all_of_it if row.id in ids]
        if queued:
            found.append(_outcome(account, queued, {row.id: row for row in all_of_it}))
    return tuple(found)


def _outcome(account: str, queued: list[DeliveryView], rows: dict[int, DeliveryView]) -> Outcome:
    deletions = [row for row in queued if row.identity.verb is Verb.DELETE]
    edit = next((row for row in queued if row.identity.verb is Verb.EDIT), None)
    words = next((row for row in reversed(queued) if row.identity.verb is Verb.PUBLISH), None)
    if edit:
        return _of(account, edit, "edited", "edited", url=_address(edit, rows))
    if words and words.waits_for in {row.id for row in deletions}:
        return _of_both(account, rows[words.waits_for or 0], words)
    if deletions:
        found = [_of_deletion(account, row, rows) for row in deletions]
        return min(found, key=lambda one: (one.is_done, one.is_resting))
    if words and words.state is State.DROPPED:
        return Outcome(account, State.DROPPED, "left out before it went out", is_done=True)
    return _of(account, words or queued[0], "posted again", "out")


def _of(account: str, row: DeliveryView, done: str, doubt: str, *, url: str = "") -> Outcome:
    there = row.receipt.url if row.receipt else url
    match row.state:
        case State.SENT:
            return Outcome(account, State.SENT, done, there, is_done=True)
        case State.UNSURE:
            sentence = f"We do not know yet whether it is {doubt}. We look before anything is repeated."
            return Outcome(account, State.UNSURE, sentence, there, is_resting=False)
        case State.HELD | State.MISSED | State.DROPPED:
            return Outcome(account, row.state, f"not {doubt}: {_why(row)}", there)
        case _:
            return Outcome(account, row.state, row.detail or "on its way", there, is_resting=False)


def _of_both(account: str, deletion: DeliveryView, words: DeliveryView) -> Outcome:
    if deletion.state is State.SENT:
        found = _of(account, words, "deleted, posted again", "out")
        if found.is_done:
            return found
        if found.state is State.UNSURE:
            sentence = "deleted; we do not know yet whether the new words are out. We look before anything is repeated."
        elif found.is_resting:
            sentence = f"deleted, and the new words are not out: {_why(words)}"
        else:
            sentence = f"deleted; the new words follow. {words.detail}".rstrip()
        return Outcome(account, found.state, sentence, found.url, is_resting=found.is_resting)
    if deletion.state is State.UNSURE:
        return Outcome(account, State.UNSURE, UNKNOWN, is_resting=False)
    if deletion.state in (State.HELD, State.MISSED, State.DROPPED):
        sentence = f"not deleted: {_why(deletion)} The new words wait for that, so they are not out."
        return Outcome(account, deletion.state, sentence)
    return Outcome(account, deletion.state, deletion.detail or "not deleted yet", is_resting=False)


def _of_deletion(account: str, deletion: DeliveryView, rows: dict[int, DeliveryView]) -> Outcome:
    before = rows.get(deletion.waits_for or 0)
    if deletion.state is State.DROPPED:
        return Outcome(account, State.DROPPED, "it never went out there, and it does not any more", is_done=True)
    if deletion.state is State.QUEUED and before and before.state in ON_ITS_WAY:
        sentence = "We are looking whether it is out; if it is, it is deleted."
        return Outcome(account, State.UNSURE, sentence, is_resting=False)
    if deletion.state is State.QUEUED and before and before.state is State.HELD:
        sentence = f"Nobody knows whether it is out: {_why(before)} Look at the profile."
        return Outcome(account, State.HELD, sentence)
    return _of(account, deletion, "deleted", "deleted")


def _address(row: DeliveryView, rows: dict[int, DeliveryView]) -> str:
    """Where the post is, or was."""
    found = (one.receipt.url for one in rows.values() if one.receipt and one.receipt.remote_id == row.target)
    return next(found, "")


def _why(row: DeliveryView) -> str:
    if row.detail:
        return row.detail if row.detail.endswith((".", "?")) else f"{row.detail}."
    return {State.MISSED: "It was too late for it.", State.DROPPED: "Another change took its place."}.get(row.state, "")
