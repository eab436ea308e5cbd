from __future__ import annotations

from amplifier.sandbox.limits import RateLimit, RateLimits


def test_a_budget_ends_and_begins_again_with_the_next_window() -> None:
    limits = RateLimits()
    for _ in range(100):
        allowance = limits.spend(RateLimit.X_PUBLISH, "a", now_ms=1000)
        assert allowance.granted
    assert (allowance.remaining, allowance.reset_ms, allowance.window_s) == (0, 901_000, 900)
    assert not limits.spend(RateLimit.X_PUBLISH, "a", now_ms=900_999).granted
    assert limits.spend(RateLimit.X_PUBLISH, "a", now_ms=901_000).remaining == 99


def test_accounts_and_budgets_do_not_share() -> None:
    limits = RateLimits()
    limits.spend(RateLimit.X_PUBLISH, "a", now_ms=0, points=100)
    assert limits.spend(RateLimit.X_PUBLISH, "b", now_ms=0).granted
    assert limits.spend(RateLimit.X_TIMELINE, "a", now_ms=0).granted


def test_points_beyond_the_limit_are_not_taken() -> None:
    limits = RateLimits()
    limits.spend(RateLimit.BLUESKY_WRITES, "a", now_ms=0, points=4999)
    assert not limits.spend(RateLimit.BLUESKY_WRITES, "a", now_ms=0, points=2).granted
    assert limits.spend(RateLimit.BLUESKY_WRITES, "a", now_ms=0, points=1).granted


def test_limits_that_are_not_enforced_grant_everything() -> None:
    limits = RateLimits(enforced=False)
    assert all(limits.spend(RateLimit.X_PUBLISH, "a", now_ms=0).granted for _ in range(200))
    assert limits.spend(RateLimit.X_PUBLISH, "a", now_ms=0).remaining == 100


def test_a_clock_that_was_set_back_begins_a_new_window() -> None:
    limits = RateLimits()
    later = 10_000_000_000
    for _ in range(RateLimit.X_ME.limit):
        assert limits.spend(RateLimit.X_ME, "us", now_ms=later).granted
    assert not limits.spend(RateLimit.X_ME, "us", now_ms=later).granted
    assert limits.spend(RateLimit.X_ME, "us", now_ms=later - 3_600_000).granted
