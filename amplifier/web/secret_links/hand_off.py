"""`/h/<token>`: one post to be published by hand, by whoever was asked. GET only shows; each button is a POST.

Where somebody was asked for several in one message, each has such a page, and they lead to each other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect

from amplifier.campaign.delivery import DeliveryView, DoubtReason, Receipt, State, Verb
from amplifier.campaign.hold_reasons import HoldReason
from amplifier.campaign.secret_link import LinkKind, PastedLink, SecretLink
from amplifier.campaign.stop import EVERYTHING, STOPPED, sending
from amplifier.clock import utc_now
from amplifier.deliver.stop_flags import StopFlag, stop_of
from amplifier.errors import UsageError
from amplifier.manual.hand_off import (
    LinkStatus,
    asked_since,
    is_early,
    link_status,
    of_this_round,
    posted_after,
)
from amplifier.manual.rounds import UNWANTED, what_is_out, words_known
from amplifier.money.cost import is_readable
from amplifier.platforms.account_names import names
from amplifier.platforms.capabilities import TABLE
from amplifier.platforms.links import Whose, receipt_from_link
from amplifier.schedule.rehearsal_agent import RehearsalAgent
from amplifier.settings import Account, Mode
from amplifier.store import delivery_views, secret_links
from amplifier.store.holding import holds
from amplifier.store.identity import accounts
from amplifier.store.operate import overrides, withdrawals
from amplifier.store.operate.corrections import Hand
from amplifier.web.frame import asked, install, known_as, lasting, outward
from amplifier.web.secret_links.sheet import secret_link, sheet
from amplifier.web.secret_links.truths import THEIRS, truth_of
from amplifier.wiring.service import addresses

LOOK_EVERY_S = 3
NO_STAGE = "The pretend networks do not answer. Is the rehearsal still running?"
NO_ACCOUNT = "This account is no longer in the settings. Tell whoever runs the campaign."
DO_NOT = "Do not post this now."
SETTLED = "Something happened to this post meanwhile. Nothing was changed; look at how it stands now."
OUT_AND_NEXT = "It is out on {network}."  # where something else of the same message is still to be done
# What the list of several says of each.
HOW = {
    LinkStatus.ASKED: "to do",
    LinkStatus.MINE: "to do",
    LinkStatus.PASSED: "{other} was asked",
    LinkStatus.OTHERS: "{other} is on it",
    LinkStatus.CHECKING: "being checked",
    LinkStatus.LOOKING: "being checked",
    LinkStatus.OUT: "✓ {done}",
    LinkStatus.LATE: "✕ missed",
    LinkStatus.OFF: "not wanted",
    LinkStatus.WAITS: "waits",
}
DONE_TO_IT = {Verb.PUBLISH: "sent", Verb.DELETE: "deleted", Verb.EDIT: "changed"}


@dataclass(frozen=True)
class HandOffPage:
    """A secret link with all that its page needs: the post, who was asked this time, the last link that was pasted."""

    mine: SecretLink
    row: DeliveryView
    asked: Sequence[SecretLink]
    link: PastedLink
    account: Account | None

    @property
    def actor(self) -> str:
        """How events name whoever has this address."""
        return secret_links.pasted_by(self.mine.person)

    @property
    def status(self) -> LinkStatus:
        """How it stands, for them."""
        return link_status(self.row, self.mine, self.asked, self.link)

    @property
    def stop(self) -> StopFlag | None:
        """What stops them from posting it, if it is theirs to post."""
        return stop_of(install(), self.row) if self.status in THEIRS else None

    @property
    def other(self) -> str:
        """Who was asked last."""
        return self.asked[-1].person if self.asked else ""


@secret_link
def hand_off_page(request: HttpRequest, token: str) -> HttpResponse:
    """The post and what can be done about it; after a button, what came of it."""
    mine = secret_links.find_secret_link(LinkKind.HAND_OFF, token)
    found = _all_about(mine) if mine else None
    if found is None:
        raise Http404
    asked_together = secret_links.find_together(LinkKind.HAND_OFF, token)
    about = {each: found if each == token else _all_about(one) for each, one in asked_together.items()}
    together = {each: one for each, one in about.items() if one}
    if request.method != "POST":
        return _page(request, found, together)
    problem = _do(request, found, together, utc_now())
    return _page(request, found, together, problem=problem) if problem else HttpResponseRedirect(request.path)


def _all_about(mine: SecretLink) -> HandOffPage | None:
    rows = delivery_views.views_by_id([mine.delivery]) if mine.delivery is not None else ()
    if not rows:
        return None
    row = rows[0]
    account = next((one for one in install().settings.accounts if one.name == row.identity.account), None)
    everybody = secret_links.secret_links(kind=LinkKind.HAND_OFF, deliveries=[row.id])
    current = of_this_round(everybody, holds.wanted_since([row.id]).get(row.id))
    # asked once more: each of their links is as good as the newest
    newest = current[-1] if current and current[-1].person == mine.person else mine
    return HandOffPage(newest, row, current, secret_links.pasted_link(row.id), account)


def _do(request: HttpRequest, found: HandOffPage, together: Mapping[str, HandOffPage], now: datetime) -> str:
    """What the button says; the sentence that says why not, or nothing if it was done."""
    wish = asked(request.POST, "do")
    if wish in ("take", "pretend"):
        if found.status not in THEIRS or found.stop:
            return ""  # the page says what keeps them from it
        # whoever is on it is on all that they were asked for at once; if somebody else is, its page says so
        for one in together.values() if wish == "take" else (found,):
            if one.status in THEIRS and not one.stop:
                secret_links.take_secret_link(one.mine, actor=one.actor, now=now)
    if found.account is None:
        return NO_ACCOUNT
    if found.row.identity.verb is not Verb.PUBLISH:
        return _done(found, now) if wish == "done" else ""
    if wish == "pretend":
        return _pretend(found, found.account, now)
    if wish != "posted":
        return ""
    link = asked(request.POST, "link")
    readable = is_readable(found.account, install().settings)
    if not link and not readable:
        return f"Paste the link of your post: Amplifier may not look at {TABLE[found.row.platform].title} itself."
    return _by_link(found, found.account, link, now) if link else _by_look(found, now)


def _done(found: HandOffPage, now: datetime) -> str:
    """They say that they have deleted or changed it."""
    hand = Hand(found.actor, "", now, install().settings.campaign.first_day)
    try:
        withdrawals.done_by_hand(found.row.id, hand)
    except UsageError:
        return "" if found.row.state is State.SENT else SETTLED
    return ""


def _pretend(found: HandOffPage, account: Account, now: datetime) -> str:
    """In a rehearsal nobody should open a real network's composer: the page itself posts on the pretend one."""
    if install().settings.mode is not Mode.REHEARSAL:
        return ""
    address = addresses(account, install())[0]
    hand = RehearsalAgent(address, token=install().sandbox_token, settings=install().settings, now=utc_now)
    link = hand.post_by_hand(account.platform, account.known_as, found.row.text)
    return _by_link(found, account, link, now) if link else NO_STAGE


def _by_look(found: HandOffPage, now: datetime) -> str:
    if found.status in (LinkStatus.OUT, LinkStatus.LOOKING, LinkStatus.CHECKING):
        return ""
    if found.row.state is State.DROPPED:
        return UNWANTED
    secret_links.take_secret_link(found.mine, actor=found.actor, now=now)
    try:
        since = asked_since(found.row, found.asked)
        overrides.look_now(found.row.id, actor=found.actor, now=now, reason=DoubtReason.BY_HAND, since=since)
    except UsageError:
        return SETTLED
    return ""


def _by_link(found: HandOffPage, account: Account, link: str, now: datetime) -> str:
    receipt = receipt_from_link(link, _whose(account), after=posted_after(found.row, (found.mine, *found.asked)))
    if isinstance(receipt, str):
        return receipt
    row = found.row
    if row.state is State.SENT:
        if row.receipt is None or row.receipt.remote_id == receipt.remote_id:
            return ""
        secret_links.note_second(found.mine, receipt, actor=found.actor, now=now)
        return "It is out already, as another post. If this one is yours, it is out twice: delete yours."
    if row.state is State.DROPPED:
        secret_links.note_second(found.mine, receipt, actor=found.actor, now=now)
        return UNWANTED
    if delivery_views.deliveries_of(row.identity.account, [receipt.remote_id]):
        return "This link belongs to another post of the campaign. Paste the link of the one with these words."
    secret_links.take_secret_link(found.mine, actor=found.actor, now=now)
    if is_readable(account, install().settings):
        secret_links.give_link(found.mine, receipt, now=now)
        return ""
    return _adopt(found, receipt, now)


def _adopt(found: HandOffPage, receipt: Receipt, now: datetime) -> str:
    try:
        overrides.adopt(found.row.id, receipt, actor=found.actor, now=now)
    except UsageError:
        return SETTLED
    return ""


def _whose(account: Account) -> Whose:
    known = {state.name: state.remote_id for state in accounts.account_states()}
    handle = install().settings.handle_in_pages(account)
    return Whose(account.platform, handle, addresses(account, install())[1], known.get(account.name, ""))


def _page(
    request: HttpRequest, found: HandOffPage, together: Mapping[str, HandOffPage], *, problem: str = ""
) -> HttpResponse:
    row, now = found.row, utc_now()
    how, network = found.status, names(install().settings).get(row.identity.account, row.identity.account)
    left = max(0, round((row.too_late_at - now).total_seconds()))
    verb = row.identity.verb
    stop = found.stop
    out = row if verb is Verb.PUBLISH else what_is_out(row)
    api = addresses(found.account, install())[0] if found.account else ""
    listed = _listed(found, together)
    to_do = [one for one in listed if one["is_to_do"]]
    following = next(iter(to_do), None) if not any(one["here"] for one in to_do) else None
    due = f"{datetime.fromisoformat(row.wall_time):%a %-d %b %H:%M} {install().settings.campaign.place}"
    truth = truth_of(how, verb, early=is_early(row, now))
    truth = OUT_AND_NEXT if following and how is LinkStatus.OUT and verb is Verb.PUBLISH else truth
    said = {
        "how": "stopped" if stop else how.value,
        "network": network,
        "handle": known_as(found.account) if found.account else "",
        "verb": verb.value,
        "text": row.text or (out.text if out else ""),
        "all": listed,
        "to_do": len(to_do),
        "next": following,
        "due": due,
        "left": lasting(left),
        "left_s": left,
        "wall": outward(f"{api}/wall"),
        "composer": TABLE[row.platform].composer_address(row.text, api),
        "readable": found.account is not None and is_readable(found.account, install().settings),
        "url": outward(out.receipt.url) if out and out.receipt else "",
        "shown": out.receipt.url if out and out.receipt else "",
        "reason": _why(found),
        "problem": problem or (found.link.refused if how is not LinkStatus.OUT else ""),
        "not_seen": how is LinkStatus.MINE and row.detail.startswith("Somebody said") and not found.link.refused,
        "again_s": LOOK_EVERY_S if how in (LinkStatus.CHECKING, LinkStatus.LOOKING) and not problem else 0,
        "truth": _stopped(stop) if stop else truth.format(network=network, other=found.other, due=due),
    }
    return sheet(request, "secret_link_hand_off.html", said, status=422 if problem else 200)


def _listed(found: HandOffPage, together: Mapping[str, HandOffPage]) -> list[dict[str, object]]:
    """All that they were asked for in one message, if it was more than this: where it is, and how it stands."""
    if len(together) < 2:
        return []
    known, several = names(install().settings), len({one.row.identity.post for one in together.values()}) > 1
    listed: list[dict[str, object]] = []
    for address, one in together.items():
        account, is_stopped = one.row.identity.account, one.stop is not None
        stands = HOW[one.status].format(other=one.other, done=DONE_TO_IT[one.row.identity.verb])
        listed.append(
            {
                "address": address,
                "here": one is found,
                "network": known.get(account, account),
                "words": words_known(one.row) if several else "",
                "is_to_do": one.status in THEIRS and not is_stopped,
                "how": "stopped" if is_stopped else stands,
            }
        )
    return listed


def _why(found: HandOffPage) -> str:
    """Why it is as it is, where a person has said so. What the service notes of itself is for whoever runs it."""
    row, stop = found.row, found.stop
    if stop:
        return stop.reason if stop.by_person else ""
    return row.detail if row.state is State.DROPPED or row.reason == HoldReason.HAND_OFF else ""


def _stopped(stop: StopFlag) -> str:
    return f"{DO_NOT} {'Sending is stopped' if stop.scope == EVERYTHING else sending(stop.scope, STOPPED)}."
