"""Valid versions of the files, kept whole."""

from __future__ import annotations

import pytest

from amplifier.store import plan_versions
from amplifier.store.models import PlanVersion
from tests.store.filled import NOW, after

pytestmark = pytest.mark.usefixtures("any_ledger")
SOURCES = {"schedules/lab23.yaml": "campaign: lab23 # “ä”\n", "templates/lab23/vote.j2": "---\n"}


def keep(digest: str) -> plan_versions.StoredPlan:
    return plan_versions.keep_plan(digest=digest, sources=SOURCES, now=NOW)


def test_before_the_first_good_version_there_is_none() -> None:
    assert plan_versions.last_good() is None


def test_a_version_is_kept_whole() -> None:
    kept = keep("one")
    assert (kept.digest, dict(kept.sources)) == ("one", SOURCES)
    assert plan_versions.last_good() == kept


def test_the_same_version_again_is_no_new_one() -> None:
    assert keep("one") == keep("one")
    assert PlanVersion.objects.count() == 1


def test_a_version_that_comes_back_is_the_newest_again() -> None:
    first, second, third = keep("one"), keep("two"), keep("one")
    assert first.id < second.id < third.id
    assert plan_versions.last_good() == third


def test_what_was_in_force_at_an_instant_is_found_with_its_files() -> None:
    assert (plan_versions.digest_at(NOW), dict(plan_versions.sources_of(""))) == ("", {})
    plan_versions.keep_plan(digest="a", sources={"schedules/a.yaml": "one"}, now=NOW)
    plan_versions.keep_plan(digest="b", sources={"schedules/a.yaml": "two"}, now=after(60))
    found = [plan_versions.digest_at(after(seconds)) for seconds in (-1, 0, 59, 60, 999)]
    assert found == ["", "a", "a", "b", "b"]
    assert plan_versions.sources_of("a") == {"schedules/a.yaml": "one"}
