"""How a template says a time: the filters that make words of one, in the language of the words around it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, Self

from jinja2 import pass_context
from jinja2.runtime import Context

from amplifier.text import day_names
from amplifier.text.day_names import ENGLISH

OF_THE_WORDS = "the language of the words"  # where filters find it; no template can name it


class DayWords(str):
    """What is said of a day. Compared, it is also what English calls it: no comparison is read by anybody.

    So one that was written in English stays as true as it was, in whatever language the words around it are; also where
    filters change both before (`of_both_names`).
    """

    __slots__ = ("_english",)
    _english: str

    def __new__(cls, said: str, english: str) -> Self:
        """These words, and what the same day is called in English."""
        made = super().__new__(cls, said)
        made._english = english
        return made

    def __eq__(self, other: object) -> bool:
        return str(self) == other or self._english == other

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = str.__hash__

    def __contains__(self, part: str) -> bool:  # type: ignore[override]
        return part in str(self) or part in self._english

    def changed(self, change: Callable[[str], str]) -> str:
        """The same in both languages after this change."""
        return DayWords(change(str(self)), change(self._english))


def clock(moment: datetime, _language: str = ENGLISH) -> str:
    """`14:40`, in every language."""
    return moment.strftime("%H:%M")


def weekday(moment: datetime, language: str = ENGLISH) -> str:
    """`Monday`, `Montag`."""
    return day_names.weekday(moment, language)


def date(moment: datetime, language: str = ENGLISH) -> str:
    """`9 October`, `9. Oktober`."""
    return day_names.day_and_month(moment, language)


Say = Callable[[datetime, str], str]
TIME_FILTERS: dict[str, Say] = {"clock": clock, "weekday": weekday, "date": date}


def by_name() -> dict[str, Callable[[Context, datetime], str]]:
    """The same as Jinja takes them: the language is that of the words which are being written."""
    return {name: _in_its_language(say) for name, say in TIME_FILTERS.items()}


def of_both_names(change: Callable[..., Any]) -> Callable[..., Any]:
    """A filter for texts, as Jinja has it, that changes what English calls a day, too."""

    @wraps(change)
    def changed(*given: Any, **named: Any) -> Any:
        at = next((at for at, one in enumerate(given) if isinstance(one, DayWords)), None)
        if at is None:
            return change(*given, **named)
        words: DayWords = given[at]
        return words.changed(lambda said: str(change(*given[:at], said, *given[at + 1 :], **named)))

    return changed


def _in_its_language(say: Say) -> Callable[[Context, datetime], str]:
    @pass_context
    def said(context: Context, moment: datetime) -> str:
        words, english = say(moment, context.get(OF_THE_WORDS, ENGLISH)), say(moment, ENGLISH)
        return words if words == english else DayWords(words, english)

    return said
