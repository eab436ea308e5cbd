from __future__ import annotations

from collections.abc import Iterable

import pytest

from amplifier.campaign.correction import Stand
from amplifier.operate.impact import Impact
from amplifier.store.models import DeliveryRow
from amplifier.web.console import correct
from tests.web.campaign import SCHEDULE, Campaign, skip_form

SEVERAL = """\
  - name: stall
    template: lab23/stall
    every: day at 10:00, 15:00
    from: 2023-10-08
    until: debate
"""
WORDS = "---\nask: come\n---\n== one\nOur stall opens now.\n== two\nMeet canvassers beside the fountain.\n"


def nothing_broken(found: Iterable[Stand]) -> dict[str, Impact]:
    return {one.account: Impact() for one in found}


def with_several_hours(opened: Campaign) -> None:
    (opened.install.home / "templates" / "lab23" / "stall.j2").write_text(WORDS, encoding="utf-8")
    opened.write("schedules/lab23.yaml", SCHEDULE + SEVERAL.replace("    until", "    accounts: [mastodon]\n    until"))
    opened.read()


def test_one_hour_of_several_that_is_left_out_and_taken_in_again_is_named_by_its_hour(opened: Campaign) -> None:
    with_several_hours(opened)
    post = next(name for name in opened.get("/").html.split('name="post" value="')[1:] if name.startswith("stall"))
    name = post.partition('"')[0]
    said = opened.send("/posts/skip", skip_form(opened.get("/"), name)).text
    assert (
        "“stall” of Sun 8 Oct 10:00 is left out. Nothing of it goes out any more, unless you take it in again." in said
    )
    assert "What else “stall” says stays as it is." in said
    opened.read()
    assert "Take it in again : stall of Sun 8 Oct 10:00" in opened.get("/").text
    assert "“stall” of Sun 8 Oct 10:00 goes out again" in opened.send("/posts/take-in", {"post": name}).text


def test_one_hour_of_several_is_corrected_and_deleted_by_its_hour(
    opened: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(correct, "_look", nothing_broken)
    with_several_hours(opened)
    rows = DeliveryRow.objects.filter(post__slot="stall", post__wall_time="2023-10-08T15:00")
    rows.update(state="sent", remote_state="live", remote_id="1", url="https://social.example/1")
    post = rows.get().post
    name = f"stall/{post.occurrence}"
    page = opened.get(f"/posts/correct?post={name.replace('#', '%23')}")
    assert page.truth == "“stall” of Sun 8 Oct 15:00 is out on Mastodon."
    form = {"post": name, "act": "withdraw", "on-mastodon": "1"}
    assert opened.send("/posts/correct/preview", form).truth == "“stall” of Sun 8 Oct 15:00 would be deleted."
