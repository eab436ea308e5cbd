"""What waits for a person, as `amplifier status` says it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.markup import escape

from amplifier.campaign.correction import is_later
from amplifier.campaign.delivery import DeliveryView, RemoteState, Verb
from amplifier.campaign.post import with_hour
from amplifier.cli.show.output import SHAPES, WORDS, console, wall_clock
from amplifier.networks import TITLES
from amplifier.operate.override import Twice
from amplifier.operate.questions import Question, in_posts
from amplifier.schedule.program import post_name
from amplifier.schedule.truth.out_and_untrue import OutAndUntrue, named, said_change
from amplifier.settings import Settings
from amplifier.store.holding import restored

OUTSIDE = {"gone": "is not there any more, and it was not we who deleted it", "edited": "was changed there, not by us"}
PERHAPS_OURS = {
    "gone": "is not there any more: somebody else deleted it, or you did, after the backup of {}",
    "edited": "was changed there, by somebody else, or by you after the backup of {}",
}
LOOK = {
    "gone": "Look on the profile of {} whether it stands there in other words: to correct it may have been to replace "
    "it.",
    "edited": "Look on the profile of {} whether these are words of yours.",
}
FEW = 5  # of a kind; more would push what matters off the screen


def print_needs(needs: Sequence[Question], twice: Sequence[Twice]) -> None:
    """Of each kind the first few, with what to paste, and how many more there are."""
    out = console()
    for double in twice:
        row = double.row
        what = f"{row.identity.account} {with_hour(row.identity.post, row.wall_time)} may be out twice."
        out.print(f"[red]✕[/] {escape(what)}\n  amplifier decide {row.id}")
    for state in dict.fromkeys(one.row.state for one in needs):
        alike = [one for one in needs if one.row.state is state]
        for one in alike[:FEW]:
            row = one.row
            shape, colour = SHAPES[row.state]
            what = f"{row.identity.account} {_called(row)}: {one.in_short}"
            out.print(f"[{colour}]{shape}[/] {escape(what)}")
            out.print(f"  {one.to_paste or f'amplifier decide {row.id}'}", markup=False, soft_wrap=True)
        if len(alike) > FEW:
            more = in_posts(alike) - in_posts(alike[:FEW])
            many = "1 more post that is" if more == 1 else f"{more} more posts that are"
            what = f"{many} {WORDS[state]}" if more else "the same on more accounts"
            out.print(f"  and {what}: amplifier decide", markup=False)


def print_untrue(untrue: Sequence[OutAndUntrue], beyond: int, settings: Settings) -> None:
    """What is out and no longer so: the newest few, and how many more there are; `beyond` are not among these."""
    out = console()
    for one in untrue[-FEW:]:
        changed = "; ".join(said_change(change, settings) for change in one.changed)
        what = f"{with_hour(one.post, one.wall_time)} is out on {', '.join(one.accounts)} and no longer so ({changed})."
        out.print("[red]✕[/]", end=" ")
        out.print(what, markup=False, soft_wrap=True)
        out.print(f"  amplifier correct {named(one)}", markup=False)
    more = len(untrue[:-FEW]) + beyond
    if more and untrue:
        out.print(f"  and {more} more: amplifier facts", markup=False)
    elif more:
        what = "1 post is out and no longer so" if more == 1 else f"{more} posts are out and no longer so"
        out.print(f"[red]✕[/] {what}: amplifier facts")


def print_outside(outside: Sequence[DeliveryView], settings: Settings) -> None:
    """What somebody else deleted or changed there; or people of ours did, and a restored database does not know it."""
    out = console()
    made_at, ours = restored.perhaps_ours([row.id for row in outside])
    handles = {one.name: f"{one.known_as} on {TITLES[one.platform]}" for one in settings.accounts}
    for row in outside:
        name, state = with_hour(row.identity.post, row.wall_time), row.remote_state
        is_unknown = made_at is not None and row.id in ours
        backup = wall_clock(made_at, settings.campaign.zone) if made_at else ""
        said = PERHAPS_OURS[state].format(backup) if is_unknown else OUTSIDE[state]
        out.print(f"[yellow]▲[/] {row.identity.account} {escape(name)} {said}.", soft_wrap=True)
        if is_unknown:
            where = handles.get(row.identity.account, row.identity.account)
            out.print(f"  {LOOK[state].format(where)}", markup=False, soft_wrap=True)
        if is_unknown or state == RemoteState.EDITED:
            out.print(f"  amplifier correct {post_name(row.identity.post)}", markup=False)


def print_untold(untold: Mapping[str, tuple[int, str]]) -> None:
    """Whom no notice reached, how many were for them, and why."""
    for name, (number, why) in untold.items():
        count = "1 notice" if number == 1 else f"{number} notices"
        said = f"[red]✕[/] {name} has not been told {count}: {escape(why)}. Try it: amplifier notify test"
        console().print(said)


def _called(row: DeliveryView) -> str:
    """What waits there: the post, or what is to be done to it."""
    name = with_hour(row.identity.post, row.wall_time)
    if row.identity.verb is Verb.DELETE:
        return f"the deletion of {name}"
    return f"the correction of {name}" if is_later(row) else name
