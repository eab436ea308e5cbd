"""Where a template compares a day's name with words that are its name in no or one language only: that may flip."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta

from jinja2 import nodes

from amplifier.campaign.template import Form, Template
from amplifier.compose import allow
from amplifier.compose.day_flow import LIST, Values, constant
from amplifier.compose.day_tests import LEAP_YEAR
from amplifier.compose.render import UNWRITABLE
from amplifier.compose.unspoken import NAMED
from amplifier.errors import Problem
from amplifier.settings import Settings
from amplifier.text.day_names import ENGLISH, WEEKDAYS, day_and_month, weekday

_ENV = allow.environment()
_DAYS = tuple(date(LEAP_YEAR, 1, 1) + timedelta(days=number) for number in range(366))  # the first was a Monday
UNFOLLOWED = "A day's name goes into what is compared here: in another language this may turn round."
UNKNOWN = "This compares a day's name with words that stand elsewhere: in another language this may turn round."
SAY = {"weekday": weekday, "date": day_and_month}
EQUAL, LISTED = frozenset({"eq", "ne"}), frozenset({"in", "notin"})


@dataclass(frozen=True)
class _Day:
    """A day that a template names: which filter names it, what changes the name then, and of which time it is."""

    by: str
    changes: tuple[nodes.Filter, ...]
    of: str

    def names(self, language: str) -> dict[str, date]:
        """What such days are called in this language, after the changes."""
        days = _DAYS[:7] if self.by == "weekday" else _DAYS
        return {self._changed(SAY[self.by](one, language)): one for one in days}

    def instead(self, day: date | None) -> str:
        """What to write for that day, or for any."""
        day = day or _DAYS[5]
        said = WEEKDAYS[day.weekday()].lower() if self.by == "weekday" else f"{day:%m-%d}"
        return f'{self.of} is {self.by}("{said}")'

    def _changed(self, said: str) -> str:
        for one in self.changes:
            named = {str(each.key): each.value.as_const() for each in one.kwargs if isinstance(each, nodes.Keyword)}
            with suppress(*UNWRITABLE):  # what cannot be carried out is told where the post is written
                said = str(_ENV.call_filter(one.name, said, [each.as_const() for each in one.args], named))
        return said


ANY_DAY = _Day("weekday", (), "day")


def compared_names(templates: Mapping[str, Template], settings: Settings) -> list[Problem]:
    """A warning for each such comparison, on its line.

    A day's English name is true of it in whatever language the words are (`DayWords`), so that one may be compared.
    """
    found = []
    for template in templates.values():
        language = template.language or settings.campaign.language
        for wording in template.wordings:
            for form in wording.forms:
                found += list(_of(form, template.path, language))
    return found


def _of(form: Form, path: str, language: str) -> Iterator[Problem]:
    tree, _ = allow.tree(form.source, path=path, line=form.line, env=_ENV)
    if tree is None:
        return
    values = Values(tree)
    found: dict[Problem, None] = {}
    for one in tree.find_all(nodes.Compare):
        left = one.expr
        for operand in one.ops:
            for a in values.of(left):
                for b in values.of(operand.expr):
                    for message, instead in _pair(a, operand.op, b, values, language):
                        hint = f"Ask for the day itself: {instead}."
                        found[Problem(path, one.lineno, "day_compared", message, hint)] = None
            left = operand.expr
    yield from found


def _pair(left: nodes.Node, how: str, right: nodes.Node, values: Values, language: str) -> Iterator[tuple[str, str]]:
    """What is wrong with one comparison of what two sides may be, and what to write."""
    items = _item_by_item(left, how, right)
    for one, each, other in items or ():
        for a in values.of(one):
            for b in values.of(other):
                yield from _pair(a, each, b, values, language)
    if items is not None:
        return
    day, other = (_day(left), right) if _day(left) else (_day(right), left)
    if day is None or (_day(other) is None and values.has_day(other)):
        if values.has_day(left) or values.has_day(right):
            yield UNFOLLOWED, (day or ANY_DAY).instead(None)
        return
    if _day(other) is None and not isinstance(other, LIST):
        yield from _with_words(day, how, other, language, is_part=other is left and how in LISTED)


def _item_by_item(left: nodes.Node, how: str, right: nodes.Node) -> list[tuple[nodes.Node, str, nodes.Node]] | None:
    """Which items of lists are compared with what, where lists are compared so; None where they are not."""
    if how in LISTED and isinstance(right, LIST):  # it is one of them, or it is none
        return [(left, "eq", item) for item in right.items]
    if how in EQUAL and isinstance(left, LIST) and isinstance(right, LIST):
        return [(one, how, other) for one, other in zip(left.items, right.items, strict=False)]
    return None


def _with_words(day: _Day, how: str, other: nodes.Node, language: str, *, is_part: bool) -> Iterator[tuple[str, str]]:
    """What is wrong where a day's name is compared with these words, and what to write."""
    said = constant(other)
    if said is None:
        yield UNKNOWN, day.instead(None)
        return
    is_of_letters = how not in EQUAL and not is_part
    english, own = day.names(ENGLISH), day.names(language)
    if is_of_letters or (is_part and not any(said in name for name in english)):
        message = f"This compares the letters of a day's name with “{said}”: in another language they are others."
        yield message, day.instead(None)
    elif is_part or said in english:
        return
    elif said in own:
        message = f"“{said}” is a day's name in `{language}` alone: in another language this turns round."
        yield message, day.instead(own[said])
    else:
        near = {name.casefold(): one for name, one in {**english, **own}.items()}.get(said.casefold())
        yield f"No day is called “{said}” here: nothing is ever equal to it.", day.instead(near)


def _day(node: nodes.Node) -> _Day | None:
    """The day whose name this is, if it is one's."""
    changes: list[nodes.Filter] = []
    while isinstance(node, nodes.Filter) and node.node is not None:
        if node.name in NAMED:
            group = node.node
            of = f"milestones.{group.attr}" if isinstance(group, nodes.Getattr) else "day"
            return _Day(node.name, tuple(reversed(changes)), of)
        changes.append(node)
        node = node.node
    return None
