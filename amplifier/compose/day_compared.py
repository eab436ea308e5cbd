"""Where a template compares a day's name with words that are its name in no or one language only: that may flip."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta

from jinja2 import nodes

from amplifier.campaign.template import Form, Template
from amplifier.compose import allow
from amplifier.compose.day_tests import LEAP_YEAR
from amplifier.compose.render import UNWRITABLE
from amplifier.compose.unspoken import NAMED
from amplifier.errors import Problem
from amplifier.settings import Settings
from amplifier.text.day_names import ENGLISH, WEEKDAYS, day_and_month, weekday

_ENV = allow.environment()
_DAYS = tuple(date(LEAP_YEAR, 1, 1) + timedelta(days=number) for number in range(366))  # the first was a Monday
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
    loops = {one.target.name: one.iter for one in tree.find_all(nodes.For) if isinstance(one.target, nodes.Name)}
    for one in tree.find_all(nodes.Compare):
        left = one.expr
        for operand in one.ops:
            for line, message, instead in _pair(left, operand.op, operand.expr, loops, language):
                yield Problem(path, line, "day_compared", message, f"Ask for the day itself: {instead}.")
            left = operand.expr


def _pair(
    left: nodes.Node, how: str, right: nodes.Node, loops: Mapping[str, nodes.Node], language: str
) -> Iterator[tuple[int, str, str]]:
    """What is wrong with one comparison, by line, and what to write."""
    day, other = _day(left), right
    if day is None:
        day, other = _day(right), left
    if day is None:
        return
    is_of_letters = how not in EQUAL | LISTED or (other is right and how in LISTED and isinstance(other, nodes.Const))
    is_part = other is left and how in LISTED
    english, own = day.names(ENGLISH), day.names(language)
    for said in _words(other, loops):
        line = left.lineno or right.lineno
        if is_of_letters or (is_part and not any(said in name for name in english)):
            message = f"This compares the letters of a day's name with “{said}”: in another language they are others."
            yield line, message, day.instead(None)
        elif is_part or said in english:
            continue
        elif said in own:
            message = f"“{said}” is a day's name in `{language}` alone: in another language this turns round."
            yield line, message, day.instead(own[said])
        else:
            near = {name.casefold(): one for name, one in {**english, **own}.items()}.get(said.casefold())
            yield line, f"No day is called “{said}” here: nothing is ever equal to it.", day.instead(near)


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


def _words(node: nodes.Node, loops: Mapping[str, nodes.Node]) -> list[str]:
    """The words that are written out there: one, those of a list, or those over which a loop runs."""
    match node:
        case nodes.Const(value=str() as said):
            return [said]
        case nodes.List() | nodes.Tuple():
            return [said for each in node.items for said in _words(each, {})]
        case nodes.Name() if node.name in loops:
            return _words(loops[node.name], {})
        case _:
            return []
