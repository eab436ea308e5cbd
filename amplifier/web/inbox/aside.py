"""The page of what listening could not understand: what came, from where, and why it was set aside."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from amplifier.clock import utc_now
from amplifier.schedule.playing import playing
from amplifier.store.listening import quarantine
from amplifier.store.listening.quarantine import LIFE
from amplifier.web.frame import frame, install, said_at, title

PAGE = 100
SHOWN = 2000  # bytes of one event


@require_safe
def aside_page(request: HttpRequest) -> HttpResponse:
    """The newest of them. There is nothing to do here; somebody may wonder."""
    kept = quarantine.set_aside(limit=PAGE)
    piles = quarantine.piles()
    number = sum(pile.number for pile in piles)
    stage = playing(install().settings)
    networks = {account.name: account.platform for account in install().settings.accounts}
    rows = []
    for one in kept:
        account, _, what = one.source.partition(":")
        rows.append(
            {
                "network": networks.get(account, ""),
                "title": title(networks[account]) if account in networks else account,
                "what": what,
                "when": said_at(one.at, stage),
                "iso": one.at.isoformat(),
                "reason": one.aside.reason,
                "raw": one.aside.raw[:SHOWN].decode(errors="replace"),
            }
        )
    content = frame(request) | {
        "truth": _truth(number, more=any(pile.is_full for pile in piles)),
        "more": number > len(rows),
        "rows": rows,
        "days": LIFE.days,
        "now_iso": utc_now().isoformat(),
    }
    return render(request, "aside.html", content)


def _truth(number: int, *, more: bool) -> str:
    if not number:
        return "Everything that was heard could be understood."
    things = "One thing" if number == 1 else f"{number} things{' or more' * more}"
    return f"{things} that a network told could not be understood. All the rest was taken in."
