"""`amplifier stop`: nothing more is sent, at once and without a question; whatever else is broken."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path

from rich.markup import escape

from amplifier.campaign.delivery import DeliveryView, Verb
from amplifier.campaign.stop import EVERYTHING, STOPPED, TAG, Stop, scope_of, sending, stopped_by, why_no_tag
from amplifier.cli.run.said_stop import option
from amplifier.cli.show.output import actor, console, say_json
from amplifier.clock import utc_now
from amplifier.deliver.deadline import within
from amplifier.deliver.stop_flags import Flag, Pulled, pull, sentence
from amplifier.errors import AmplifierError, UsageError
from amplifier.field_types import nearest
from amplifier.install import STOP_FILE, STOP_VARIABLE, Install, data_folders, open_install
from amplifier.store import delivery_views

NO_REASON = "Stopped on the command line, without a reason."
FIRST_WORDS = 50
LOOK_FOR_S = 2.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command's options."""
    parser.add_argument("--reason", default="", metavar="WHY", help="why; everybody who looks will see it")
    scope = parser.add_mutually_exclusive_group()
    scope.add_argument("--account", default="", metavar="NAME", help="only what goes out on this account")
    scope.add_argument("--tag", default="", metavar="TAG", help="only posts with this hashtag")


def run(options: argparse.Namespace) -> int:
    """Stop first, then say what that means. Exit code 1 if no flag could be set."""
    scope = scope_of(options.account, options.tag)
    why_not = why_no_tag(options.tag) if options.tag else ""
    if why_not:
        raise UsageError(why_not)
    install, trouble = _place(options)
    folders = [install.var] if install else data_folders(options.home, options.var)
    if (
        install
        and options.account
        and options.account not in (names := [one.name for one in install.settings.accounts])
    ):
        raise UsageError(f"There is no account “{options.account}”. {nearest(options.account, names)}")
    if not folders:
        raise UsageError(f"{trouble}\nName the service's data folder, so that the stop file can be put there: --var")
    pulled = pull(folders, reason=options.reason, actor=actor(), now=utc_now(), scope=scope, note=NO_REASON)
    said = options.reason if options.reason.strip() else NO_REASON
    files = [path for path in (folder / STOP_FILE for folder in folders) if os.path.lexists(path)]
    if options.json:
        _say_json(pulled, scope, said, install, files)
    else:
        _say(pulled, scope, said, trouble, install)
        if pulled.flags and len(files) > 1:
            _say_both(files)
    return 0 if pulled.flags else 1


def _place(options: argparse.Namespace) -> tuple[Install | None, str]:
    """This install; where its settings or its key are in no order, none, and the reason."""
    try:
        return open_install(options.home, options.var, keyless=True), ""
    except AmplifierError as error:
        return None, str(error)


def _say_json(pulled: Pulled, scope: str, reason: str, install: Install | None, files: Sequence[Path]) -> None:
    say_json(
        {
            "mode": install.settings.mode.value if install else None,
            "stopped": bool(pulled.flags),
            "scope": scope,
            "reason": sentence(reason),
            "flags": [flag.value for flag in pulled.flags],
            "files": [str(path.absolute()) for path in files],
            "problems": list(pulled.problems),
            "under_way": [
                {"id": row.id, "post": _name(row), "account": row.identity.account, "text": row.text}
                for row in pulled.under_way
            ],
        }
    )


def _say(pulled: Pulled, scope: str, reason: str, trouble: str, install: Install | None) -> None:
    out = console()
    for problem in [*([trouble] if trouble else []), *pulled.problems]:
        out.print(problem, markup=False, style="yellow")
    if not pulled.flags:
        out.print(_cannot(scope), markup=False, style="bold red")
        return
    out.print(f"[bold red]■[/] {escape(sending(scope, STOPPED))}.", end=" ")
    out.print(sentence(reason), markup=False)
    if Flag.DATABASE not in pulled.flags:
        out.print(_by_file_alone(install))
    out.print(_means(scope))
    if Flag.DATABASE in pulled.flags:
        _say_under_way([row for row in pulled.under_way if _is_meant(row, scope)])
    if scope.startswith(TAG) and not _has_coming(scope):
        out.print(f"▲ No coming post has #{scope.removeprefix(TAG)}. Is it spelt like that?", style="yellow")
    first = "First put in order what is named above. " if trouble else ""
    start = "\n  amplifier up        (it starts, and sends nothing)" if pulled.before_start else ""
    out.print(f"\n{first}To let it go on:{start}\n  amplifier resume{option(scope)}", markup=False)


def _say_both(files: Sequence[Path]) -> None:
    """Where the mode is not known, each data folder was stopped; one `resume` is for one of them."""
    there = "\n".join(f"  {path.absolute()}" for path in files)
    console().print(
        f"\nWhich data folder is in use cannot be told, so each has a stop file now:\n{there}\n"
        "amplifier resume is for the one of the mode in settings.yaml; the other stays stopped.",
        markup=False,
        soft_wrap=True,
    )


def _by_file_alone(install: Install | None) -> str:
    if install and install.database is None:
        return "The stop file alone stops it now, on this computer. A worker elsewhere goes on: give the command there."
    return "The stop file alone stops it now. That is enough."


def _is_meant(row: DeliveryView, scope: str) -> bool:
    return stopped_by([Stop(0, scope, "", "", utc_now())], row.identity.account, row.text) is not None


def _has_coming(scope: str) -> bool:
    """Whether a coming post is meant; where nobody can tell, one may be."""
    try:
        return any(_is_meant(row, scope) for row in within(LOOK_FOR_S, delivery_views.coming))
    except Exception:  # noqa: BLE001  it is stopped, and that alone had to succeed
        return True


def _means(scope: str) -> str:
    first = "Nothing begins to go out any more." if scope == EVERYTHING else "None of that begins to go out any more."
    return f"{first} What comes due is held, and missed once it is too late. Corrections and deletions go on."


def _say_under_way(rows: Sequence[DeliveryView]) -> None:
    posts = [row for row in rows if row.identity.verb is Verb.PUBLISH]
    out = console()
    if not posts:
        out.print("Nothing was on its way.")
        return
    out.print(
        "On its way already, so this may still appear:"
        if len(posts) == 1
        else "On their way already, so these may still appear:"
    )
    for row in posts:
        words = " ".join(row.text.split())
        short = words if len(words) <= FIRST_WORDS else f"{words[:FIRST_WORDS]}…"
        out.print(f"  {row.identity.account}  {_name(row)}  “{short}”", markup=False)


def _name(row: DeliveryView) -> str:
    """As everywhere; taken from here, since the module that says it for all takes half a second to load."""
    return f"{row.identity.post.slot}/{row.identity.post.occurrence}"


def _cannot(scope: str) -> str:
    if scope != EVERYTHING:
        return (
            f"NOT STOPPED. {sending(scope, 'is stopped by the database alone')}, and that could not be done.\n"
            "To stop everything:\n  amplifier stop"
        )
    return (
        "NOTHING IS STOPPED. End the service itself (Ctrl-C where `amplifier up` runs), or set\n"
        f"{STOP_VARIABLE}=1 where it runs and start it again. README.md, “Emergency”, says where each network\n"
        "takes a token back."
    )
