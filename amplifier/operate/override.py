"""A person's hand: what waits for one, and what follows when they say that it is there, send it, or leave it."""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from amplifier.campaign.delivery import DeliveryView, State
from amplifier.compose.memory import NOTHING_AHEAD, REAL_TIME, Ahead, StageMap, must_be_the_plan, remembered
from amplifier.compose.sameness import Echo, PlannedText, Verdict
from amplifier.deliver.deadline import within
from amplifier.errors import PlatformError, UsageError
from amplifier.money.cost import is_readable
from amplifier.operate.questions import Choice, Outlook, Question, question
from amplifier.platforms.account_names import name_of
from amplifier.platforms.capabilities import TABLE
from amplifier.platforms.links import Whose, receipt_from_link
from amplifier.platforms.port import Platform, RemotePost
from amplifier.policy import OnDoubt
from amplifier.settings import Account, Settings
from amplifier.store import delivery_views
from amplifier.store.identity import accounts
from amplifier.store.operate import notes, overrides

log = logging.getLogger("amplifier.deliver")
READ_WITHIN_S = 8.0
LINK_EARLY = timedelta(days=1)  # a post that was made longer than this before its time is another one
EXCERPT = 60


class LinkProof(StrEnum):
    """How far a link was checked."""

    READ = "read"  # the network showed the post, with our words
    SHAPE = "shape"  # it is a link to a post on our account; the network was not asked, or did not answer


@dataclass(frozen=True)
class Twice:
    """A delivery that may be out twice: the addresses that are known, until somebody has taken note."""

    row: DeliveryView
    urls: tuple[str, ...]
    at: datetime


@dataclass(frozen=True)
class Adopted:
    """What came of a pasted link: the delivery as it stands, how far the link was checked, and why no further."""

    row: DeliveryView
    proof: LinkProof
    why: str = ""


@dataclass(frozen=True)
class Reach:
    """How a link is checked: where people look at the account's pages, and the adapter (None: it is not asked)."""

    web: str
    platform: Platform | None = None


def open_questions(settings: Settings) -> tuple[Question, ...]:
    """What waits for a person: unsure first, then held, then missed; each kind by due time, the newest first.

    What was missed stays until a person has taken note of it.
    """
    known = {account.name: account for account in settings.accounts}
    rows = [
        *delivery_views.views(states=(State.UNSURE, State.HELD)),
        *delivery_views.views_by_id(notes.unnoted_missed()),
    ]
    order = (State.UNSURE, State.HELD, State.MISSED)
    rows.sort(key=lambda row: (order.index(row.state), -row.due_at.timestamp(), row.id))
    return tuple(question(row, _outlook(known.get(row.identity.account), row, settings)) for row in rows)


def perhaps_twice() -> tuple[Twice, ...]:
    """What may be out twice, and nobody has taken note of yet."""
    found = {one.delivery: one for one in notes.perhaps_twice()}
    made = []
    for row in delivery_views.views_by_id(list(found)):
        second = found[row.id]
        urls = (row.receipt.url, second.url) if row.receipt else (second.url,)
        made.append(Twice(row, tuple(dict.fromkeys(filter(None, urls))), second.at))
    return tuple(made)


def it_is_there(  # noqa: PLR0913  a link, whose it is, how it is checked, and who says so
    delivery: int, link: str, settings: Settings, reach: Reach, *, actor: str, now: datetime, anyway: bool = False
) -> Adopted:
    """The delivery is out, and this link proves it: its shape always, and where we may ask, the network itself.

    `anyway`: also if its words are not quite ours. Raises UsageError with the reason if it proves nothing.
    """
    row = _row(delivery, Choice.THERE, settings)
    account = settings.account(row.identity.account)
    state = next((one for one in accounts.account_states() if one.name == account.name), None)
    whose = Whose(account.platform, settings.handle_in_pages(account), reach.web, state.remote_id if state else "")
    receipt = receipt_from_link(link, whose, after=row.due_at - LINK_EARLY)
    if isinstance(receipt, str):
        raise UsageError(f"{receipt} Nothing was changed.")
    proof, why = _check(receipt.remote_id, row, account, settings, reach.platform, anyway=anyway)
    overrides.adopt(row.id, receipt, actor=actor, now=now)
    return Adopted(delivery_views.views_by_id([row.id])[0], proof, why)


def said_again(
    delivery: int, settings: Settings, *, now: datetime, playing: StageMap = REAL_TIME, plan: Ahead = NOTHING_AHEAD
) -> tuple[Echo, ...]:
    """What it would say nearly again if it were sent now: in the ledger, or in what the `plan` in force is to say.

    Raises UsageError if it cannot be sent again, or X would have a copy.
    """
    return _echoes(_row(delivery, Choice.AGAIN, settings), settings, now, playing, plan)


def send_again(  # noqa: PLR0913  which one, by whom and when, what stands around it, and what was shown of that
    delivery: int,
    settings: Settings,
    *,
    actor: str,
    now: datetime,
    playing: StageMap = REAL_TIME,
    plan: Ahead = NOTHING_AHEAD,
    shown: Collection[str] = (),
) -> State:
    """Send it after all: at once if it was never tried, else after one more look. Queued or unsure from now on.

    `shown` are the marks of the echoes that were shown. Raises UsageError for another one, as `said_again` does.
    """
    row = _row(delivery, Choice.AGAIN, settings)

    def first() -> None:
        must_be_the_plan(plan)
        for echo in _echoes(row, settings, now, playing, plan):
            if echo.mark not in shown:
                raise UsageError(f"{echo}. Nothing was changed. Look at both, and decide once more.")

    return overrides.send_again(row.id, actor=actor, now=now, first=first)


def _echoes(row: DeliveryView, settings: Settings, now: datetime, playing: StageMap, plan: Ahead) -> tuple[Echo, ...]:
    """What its words, due now, say nearly again. Raises UsageError for a copy that X would refuse."""
    post, account = row.identity.post, row.identity.account
    said = [PlannedText(f"{post.slot}/{post.occurrence}", account, row.text, now)] if row.text else []
    echoes = remembered(said, settings, at=now, replaced=[row.id], playing=playing, plan=plan)
    refused = next((echo for echo in echoes if echo.verdict is Verdict.REFUSED), None)
    if refused:
        raise UsageError(
            f"{refused}. X takes no copies, on one account or on several. Nothing was changed. "
            "Leave it out, or say it in another way."
        )
    return echoes


def leave_out(delivery: int, settings: Settings, *, actor: str, now: datetime, why: str = "") -> None:
    """Let it be: it is left out for good; what was missed stays missed, and nobody is asked about it any more."""
    row = _row(delivery, Choice.LEAVE, settings)
    if row.state is State.MISSED:
        notes.take_note(row.id, actor=actor, now=now, why=why)
    else:
        overrides.drop(row.id, actor=actor, now=now, why=why)


def may_stand(delivery: int, settings: Settings) -> DeliveryView:
    """The delivery whose words may stay as they are. Raises UsageError where that is not the question."""
    return _row(delivery, Choice.STAND, settings)


def take_note(delivery: int, *, actor: str, now: datetime) -> None:
    """Somebody has seen that this may be out twice, or was missed. Raises UsageError if it is neither."""
    if delivery not in {*notes.unnoted_missed(), *(one.row.id for one in perhaps_twice())}:
        raise UsageError(f"Delivery {delivery} is not among those that were missed or may be out twice.")
    notes.take_note(delivery, actor=actor, now=now)


def _row(delivery: int, act: Choice, settings: Settings) -> DeliveryView:
    """This delivery, if this may be done with it now. Raises UsageError with the reason if not."""
    row = next(iter(delivery_views.views_by_id([delivery])), None)
    if row is None:
        raise UsageError(f"There is no delivery {delivery}. amplifier decide lists those that wait for a person.")
    if row.state not in (State.UNSURE, State.HELD, State.MISSED):
        raise UsageError(f"Delivery {delivery} is {row.state} by now, so there is nothing to decide about it.")
    account = next((one for one in settings.accounts if one.name == row.identity.account), None)
    if account is None and act not in (Choice.LEAVE, Choice.STAND):
        raise UsageError(f"The account {row.identity.account} is no longer in settings.yaml. Leave the post out.")
    if account is not None and act is not Choice.LEAVE:
        accounts.must_be_called_so({account.name: account.identity})
    asked = question(row, _outlook(account, row, settings))
    if act not in asked.acts:
        raise UsageError(_cannot(act, asked))
    return row


def _cannot(act: Choice, asked: Question) -> str:
    if act is Choice.AGAIN and asked.looks_first and Choice.THERE in asked.acts:
        return (
            "It may be out, and Amplifier may not look there, so it does not send it once more. "
            "Look at the profile: paste the post's link, or post it by hand and paste that link, or leave it out."
        )
    hint = f" Instead: {asked.to_paste}" if asked.to_paste else ""
    return f"That cannot be done with delivery {asked.row.id}. {asked.happened} {asked.by_itself}{hint}"


def _outlook(account: Account | None, row: DeliveryView, settings: Settings) -> Outlook:
    table = TABLE[row.platform]
    if account is None:
        return Outlook(table.title, row.identity.account, readable=False, looks=table.looks, parks=True)
    return Outlook(
        table.title,
        account.known_as,
        readable=is_readable(account, settings),
        looks=table.looks,
        parks=account.on_doubt is OnDoubt.PARK,
        called=name_of(account.name, account.platform, settings),
    )


def _check(
    remote_id: str,
    row: DeliveryView,
    account: Account,
    settings: Settings,
    platform: Platform | None,
    *,
    anyway: bool,
) -> tuple[LinkProof, str]:
    """How far the post behind a link could be checked, and why no further. Raises UsageError if it is not ours."""
    title = name_of(account.name, account.platform, settings)
    if platform is None or not is_readable(account, settings):
        return LinkProof.SHAPE, f"{title} was not asked."
    try:
        seen = within(READ_WITHIN_S, lambda: platform.read(remote_id, row.text))
    except (PlatformError, TimeoutError) as error:
        return LinkProof.SHAPE, f"{title} could not be asked: {error}"
    except Exception as error:
        log.exception("unclassified error from %s", account.name)
        return LinkProof.SHAPE, f"The answer of {title} could not be understood ({type(error).__name__})."
    if seen is None:
        raise UsageError(
            f"{title} shows no post at this link. Open it, and copy its address anew. Nothing was changed."
        )
    if not seen.is_ours:
        raise UsageError(
            f"{title} says that this post is not by {account.known_as}. Paste the link of our own post. "
            "Nothing was changed."
        )
    if not seen.says_the_same and not anyway:
        raise UsageError(_other_words(seen, title))
    return LinkProof.READ, "" if seen.says_the_same else "Its words differ from ours."


def _other_words(seen: RemotePost, title: str) -> str:
    words = " ".join(seen.text.split())
    short = words if len(words) <= EXCERPT else f"{words[:EXCERPT]}…"
    return (
        f"On {title} that post says “{short}”, which is not what was to be sent. Nothing was changed. "
        "If it stands for ours all the same, say so: tick “its words differ”, or add --anyway."
    )
