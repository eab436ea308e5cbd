"""What a plan costs, by the API and by hand side by side."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from amplifier.campaign.post import Words
from amplifier.cli.show.bill import as_json, bill, price_words, sentences, warnings
from amplifier.clock import utc_now
from amplifier.settings import Settings, load
from amplifier.store import spends
from tests.cli.conftest import Shell
from tests.money.test_cost import written
from tests.store.filled import wanted

OCTOBER = datetime(2023, 10, 10, 12, tzinfo=UTC)
NOW = datetime(2023, 10, 1, tzinfo=UTC)
PLAIN, LINKED = "Vote now", "Read https://freemovement.example"


def posts(*texts: str, due: datetime = OCTOBER) -> list[Any]:
    return [
        wanted(f"slot-{number}", [Words("x", text, "en"), Words("mastodon", text, "en")], due=due)
        for number, text in enumerate(texts)
    ]


def said(settings: Settings, *texts: str, spent: int = 0) -> str:
    shown = posts(*texts)
    return "\n".join(sentences(bill(shown, shown, settings, spent={"2023-10": spent}, now=NOW), settings))


def with_budget(dollars: float) -> Settings:
    settings = written(budget=True)
    assert settings.budget
    return settings.model_copy(
        update={"budget": settings.budget.model_copy(update={"monthly": round(dollars * 1_000_000)})}
    )


def test_a_link_is_marked_with_both_prices_and_what_is_free_is_not() -> None:
    settings = with_budget(25)
    assert price_words(Words("x", LINKED, "en"), settings) == " · [bold]$0.200[/] with a link instead of $0.015"
    assert price_words(Words("x", PLAIN, "en"), settings) == " · $0.015"
    assert price_words(Words("mastodon", LINKED, "en"), settings) == ""


def test_where_people_post_it_the_price_stands_beside_that() -> None:
    settings = written()
    assert price_words(Words("x", PLAIN, "en"), settings) == " · by hand; the API would take $0.015"
    assert price_words(Words("mastodon", PLAIN, "en"), settings) == ""
    assert price_words(Words("mastodon", PLAIN, "en"), settings, by_hand=True) == " · by hand"


def test_the_api_and_hands_stand_side_by_side() -> None:
    told = said(written(), PLAIN, LINKED, PLAIN)
    assert "X's API would charge $0.23 for them; by hand it is $0.00." in told
    assert "1 with a link at $0.200, 2 without at $0.015." in told
    assert "People post by hand on x" in told
    assert "listening" not in told.lower()


def test_with_a_budget_it_says_what_a_month_costs_besides_and_that_it_is_covered() -> None:
    told = said(with_budget(25), PLAIN, PLAIN, spent=5_000_000)
    assert "A post that came into doubt would cost up to $0.21 more to look for" in told
    assert "looking again at what is out costs $0.33 a month." in told  # 31 times who we are, two looks at each of two
    assert "Listening takes at most $22.50 of a month's $25.00: as money runs short it slows down, then stops." in told
    assert "It leaves $2.50 for posts and never passes the budget." in told
    assert "It is free while nobody speaks. A mention costs at most $0.011: there is room for 1,945 or more." in told
    assert "at worst" not in told
    assert "The budget covers the plan. $20.00 of $25.00 are left this month." in told
    assert "by hand on" not in told


def test_a_budget_too_small_for_a_look_says_that_there_is_no_listening() -> None:
    assert "Listening takes at most $1.10 of a month's $1.22" in said(with_budget(1.2223), PLAIN)
    settings, shown = with_budget(10), posts(PLAIN)
    found = bill(shown, shown, settings, spent={}, now=NOW)
    assert as_json(found, settings)["listening_at_most_usd"] == 9
    told = said(with_budget(1.21), PLAIN)
    assert "There is no listening: each look puts $1.10 aside, and $1.21 has no room for that." in told
    assert "Listening takes" not in told
    assert "X's API would charge $0.01" in told


def test_without_a_budget_no_sum_is_said_that_nobody_will_pay() -> None:
    told = said(written(live=False), PLAIN)
    assert "A mention costs at most $0.011, $11.00 for 1,000. A budget limits it." in told
    assert "49,104" not in told


def test_a_campaign_without_x_is_charged_nothing() -> None:
    settings = written()
    alone = settings.model_copy(update={"accounts": tuple(one for one in settings.accounts if one.name != "x")})
    shown = [wanted("slot", [Words("mastodon", LINKED, "en")], due=OCTOBER)]
    found = bill(shown, shown, alone, spent={}, now=NOW)
    assert list(sentences(found, alone)) == ["No network charges for them."]


@pytest.mark.parametrize(
    ("dollars", "spent", "runs_out"),
    [(0.425, 0, False), (0.424, 0, True), (25, 24_575_001, True), (25, 24_575_000, False)],
)
def test_a_budget_that_does_not_reach_is_a_warning_with_the_day(dollars: float, spent: int, *, runs_out: bool) -> None:
    settings, plan = with_budget(dollars), posts(PLAIN, LINKED)
    found = bill(plan[:1], plan, settings, spent={"2023-10": spent}, now=NOW)
    told = warnings(found, settings)
    assert bool(told) is runs_out
    if told:
        assert "runs out on Tuesday 10 October 2023" in told[0].message
        assert told[0].path == "settings.yaml"
        assert "covers" not in "\n".join(sentences(found, settings))


def test_what_has_gone_out_already_is_not_counted_twice() -> None:
    plan = [*posts(LINKED, due=datetime(2023, 9, 30, tzinfo=UTC)), *posts(PLAIN)]
    assert bill(plan, plan, with_budget(25), spent={}, now=NOW).charged == 15_000
    assert bill(plan, plan, with_budget(25), spent={}, now=datetime(2024, 1, 1, tzinfo=UTC)).charged == 215_000


def test_the_plan_and_the_status_say_it_to_people_and_programs(shell: Shell) -> None:
    file = shell.home / "settings.yaml"
    file.write_text(file.read_text() + "budget:\n  monthly: 0.3\n")
    line = load(shell.home).lines.at("budget", "monthly")
    spends.reserve("x", "mentions", 250_000, budget=None, now=utc_now())
    plan = shell.ask("plan")
    assert plan["money"]["budget_usd"] == 0.3
    assert plan["money"]["covered"] is False
    assert plan["money"]["listening_at_most_usd"] == 0
    assert plan["money"]["by_hand_usd"] == 0
    assert [warning["line"] for warning in plan["warnings"] if warning["rule"] == "budget"] == [line]
    assert f"settings.yaml:{line}" in shell("plan").out
    assert {one["link_price"] for post in plan["posts"] for one in post["deliveries"]} == {True, False}
    assert shell.ask("status")["budget"] == {
        "monthly_usd": 0.3,
        "spent_usd": 0.25,
        "left_usd": 0.05,
        "low": True,
        "spent_on_usd": {"mentions": 0.25},
    }
    assert "The budget: $0.05 of $0.30 left this month." in shell("status").out


def test_without_a_budget_there_is_nothing_to_say_of_it(shell: Shell) -> None:
    assert shell.ask("status")["budget"] is None
    assert "budget" not in shell("status").out


def test_the_price_with_a_link_is_shown_as_people_read_it(shell: Shell) -> None:
    file = shell.home / "settings.yaml"
    file.write_text(file.read_text() + "budget:\n  monthly: 25\n")
    told = shell("plan").out
    assert " · $0.200 with a link instead of $0.015\n" in told
    assert "[bold]" not in told
