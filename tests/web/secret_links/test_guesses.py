"""A wrong address may be named often enough to mistype, and not so often that it is a nuisance."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from amplifier.web.secret_links.guesses import KNOWN, Guesses

NOW = datetime(2023, 10, 10, 12, tzinfo=UTC)


def test_so_many_a_minute_and_then_a_pause() -> None:
    guesses = Guesses(most=3)
    for number in range(3):
        assert not guesses.are_too_many("me", NOW)
        guesses.count("me", NOW + timedelta(seconds=number))
    assert guesses.are_too_many("me", NOW + timedelta(seconds=3))
    assert not guesses.are_too_many("you", NOW + timedelta(seconds=3))
    assert not guesses.are_too_many("me", NOW + timedelta(seconds=60))


def test_however_many_guess_only_so_many_are_kept_in_mind() -> None:
    guesses = Guesses(most=1)
    for number in range(KNOWN + 10):
        guesses.count(str(number), NOW)
    assert len(guesses._wrong) == KNOWN
    assert not guesses.are_too_many("0", NOW)
    assert guesses.are_too_many(str(KNOWN), NOW)
