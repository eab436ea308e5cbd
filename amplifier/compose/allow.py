"""The template language: the small, harmless part of Jinja that a template may use, and nothing else.

Jinja's own sandbox keeps secrets but not time and memory: a loop or a product of two numbers is enough to stop the
service. So the parsed tree is walked against a list of what is allowed before anything of it is carried out.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from jinja2 import StrictUndefined, TemplateSyntaxError, nodes
from jinja2.filters import FILTERS as JINJA_FILTERS
from jinja2.sandbox import ImmutableSandboxedEnvironment

from amplifier.compose import day_tests
from amplifier.compose.time_filters import TIME_FILTERS, by_name, of_both_names
from amplifier.errors import Problem
from amplifier.field_types import nearest

LONGEST_SOURCE = 4_000  # characters of one wording
MOST_NODES = 200
DEEPEST = 20
MOST_ITEMS = 20  # in a list written out
LONGEST_GLUE = 10  # characters that `join` puts between
MOST_PROBLEMS = 10  # more would only be scrolled over
BLOCK = re.compile(r"\{%(?:[^%]|%(?!\}))*+%\}|\{#(?:[^#]|#(?!\}))*+#\}")  # or a comment
PUT_IN = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)  # what Jinja reads of a template
NOTHING_BUT_BLOCKS = re.compile(rf"^[ \t]*+((?:(?:{BLOCK.pattern})[ \t]*+)++)\n", re.MULTILINE)

# What a template may name besides the campaign's voices; the two groups below have fields, `campaign` has one.
NAMES = frozenset({"platform", "day", "milestones", "links", "campaign"})
CAMPAIGN_FIELDS = frozenset({"name"})


TEXT_FILTERS = ("upper", "lower", "trim", "default", "title", "capitalize", "truncate", "join")


def written_out(source: str) -> str:
    """What a template says in its own words; a mark that is no letter stands for what it puts in."""
    return PUT_IN.sub("\x00", source)


def environment() -> ImmutableSandboxedEnvironment:
    """A Jinja environment that knows our filters and tests, and no globals."""
    # The output is a post, not a page: escaping would publish `&amp;`.
    made = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined,
        autoescape=False,
        lstrip_blocks=True,
    )
    made.globals.clear()
    made.tests.clear()
    made.filters.clear()
    made.tests.update(day_tests.TESTS)
    made.filters.update({name: of_both_names(JINJA_FILTERS[name]) for name in TEXT_FILTERS})
    made.filters.update(by_name())
    return made


@dataclass(frozen=True)
class KnownNames:
    """The names that settings and schedules define, so that a misspelt one is found before its post is due."""

    voice: frozenset[str]
    milestones: frozenset[str]
    links: frozenset[str]


def tree(
    source: str, *, path: str, line: int, env: ImmutableSandboxedEnvironment, known: KnownNames | None = None
) -> tuple[nodes.Template | None, tuple[Problem, ...]]:
    """The wording that begins on `line` of a file as a tree that is safe to compile, or None and what is wrong.

    Without `known`, names are taken on trust and found out when the wording is rendered.
    """
    if len(source) > LONGEST_SOURCE:
        message = f"This wording has {len(source):,} characters; {LONGEST_SOURCE:,} are allowed."
        return None, (Problem(path, line, "too_long", message, "A post has a few hundred."),)
    try:
        parsed = env.parse("\n" * (line - 1) + _without_empty_lines(source), path, path)
    except TemplateSyntaxError as fault:
        hint = 'Compare with the examples in docs/writing.md: {{ tag }}, {% if platform == "x" %} ... {% endif %}.'
        message = f"Jinja cannot read this: {str(fault.message).rstrip('.')}."
        return None, (Problem(path, fault.lineno, "syntax", message, hint),)
    except RecursionError:
        return None, (Problem(path, line, "too_deep", TOO_DEEP, "Write it in simpler pieces."),)
    walk = _Walk(path, line, known)
    walk.visit(parsed)
    return (None if walk.problems else parsed), tuple(walk.problems)


def _without_empty_lines(source: str) -> str:
    """A line in which nothing but blocks stands leaves none behind; one with words keeps its end.

    Jinja's own `trim_blocks` would eat the end of every line that a block ends. The line break goes into a comment, so
    that all others keep their numbers.
    """
    return NOTHING_BUT_BLOCKS.sub(lambda line: "".join(BLOCK.findall(line[1])) + "{#\n#}", source)


TOO_DEEP = "This wording is nested too deeply to be meant."

# How a sentence names what is refused.
CALLED: dict[type[nodes.Node], str] = {
    nodes.Call: "A call, name(...),",
    nodes.Getitem: "Square brackets behind a name",
    nodes.Slice: "A slice",
    nodes.Concat: "Gluing with ~",
    nodes.Include: "{% include %}",
    nodes.Import: "{% import %}",
    nodes.FromImport: "{% from %}",
    nodes.Extends: "{% extends %}",
    nodes.Block: "{% block %}",
    nodes.Macro: "{% macro %}",
    nodes.CallBlock: "{% call %}",
    nodes.FilterBlock: "{% filter %}",
    nodes.With: "{% with %}",
    nodes.Scope: "{% autoescape %}",
    nodes.Assign: "{% set %}",
    nodes.AssignBlock: "{% set %}",
    nodes.Dict: "A dictionary",
    nodes.BinExpr: "Arithmetic",
    nodes.UnaryExpr: "Arithmetic",
}
HINT = "docs/writing.md says what a template may contain. Write the words out instead."
HARMLESS = (
    *(nodes.Template, nodes.Output, nodes.TemplateData, nodes.If, nodes.CondExpr, nodes.Const),
    *(nodes.And, nodes.Or, nodes.Not, nodes.Compare, nodes.Operand),
)
GROUPS = {"milestones": "milestones.debate", "links": "links.volunteer", "campaign": "campaign.name"}


@dataclass
class _Walk:
    """One walk over one wording's tree, which gathers everything that may not be there."""

    path: str
    line: int
    known: KnownNames | None
    problems: list[Problem] = field(default_factory=list)
    count: int = 0
    loop: str = ""  # the name that the loop around this gives to each item

    def visit(self, node: nodes.Node, parent: nodes.Node | None = None, depth: int = 0) -> None:
        self.count += 1
        if self.count > MOST_NODES:
            if self.count == MOST_NODES + 1:
                self.refuse(node, "too_large", f"This wording has more than {MOST_NODES} pieces.", "Make it two.")
        elif depth > DEEPEST:
            self.refuse(node, "too_deep", TOO_DEEP, "Write it in simpler pieces.")
        elif len(self.problems) < MOST_PROBLEMS:
            self.look_at(node, parent, depth)

    def look_at(self, node: nodes.Node, parent: nodes.Node | None, depth: int) -> None:
        match node:
            case nodes.Name():
                self.name(node, parent)
            case nodes.Getattr():
                self.attribute(node, parent)
            case nodes.Filter(node=nodes.Expr() as subject):
                self.filter(node, subject, depth)
            case nodes.Test(node=nodes.Expr() as subject):
                self.test(node, subject, depth)
            case nodes.For():
                self.repeat(node, depth)
            case nodes.List() | nodes.Tuple():
                self.items(node, depth)
            case nodes.CondExpr(expr2=None):
                self.refuse(node, "no_else", "An `if` inside {{ }} needs its `else`.", 'For example: else "".')
            case _ if isinstance(node, HARMLESS):
                for child in node.iter_child_nodes():
                    self.visit(child, node, depth + 1)
            case _:
                called = next((CALLED[kind] for kind in type(node).__mro__ if kind in CALLED), type(node).__name__)
                self.refuse(node, "not_allowed", f"{called} is not allowed in a template.", HINT)

    def name(self, node: nodes.Name, parent: nodes.Node | None) -> None:
        if node.name in GROUPS:
            message = f"`{node.name}` needs the name of one of them behind it."
            self.refuse(node, "not_allowed", message, f"For example: {GROUPS[node.name]}.")
        elif node.name == "day":
            self.moment(node, parent)
        elif self.known and node.name not in {*NAMES, *self.known.voice, self.loop} and not _defaulted(parent):
            known = {*NAMES, *self.known.voice}
            self.refuse(node, "undefined", f"There is no `{node.name}`.", nearest(node.name, known))

    def attribute(self, node: nodes.Getattr, parent: nodes.Node | None) -> None:
        group = node.node.name if isinstance(node.node, nodes.Name) else ""
        if group not in GROUPS:
            message = f"`.{node.attr}` is not allowed here: only milestones, links and campaign have parts."
            self.refuse(node, "not_allowed", message, HINT)
            return
        names = self.fields(group)
        if (names is not None and node.attr not in names) or node.attr.startswith("_"):
            message = (
                f"There is no `{node.attr}` among the {group}." if group != "campaign" else "There is only its name."
            )
            self.refuse(node, "undefined", message, nearest(node.attr, names or ()) or HINT)
        elif group == "milestones":
            self.moment(node, parent)

    def fields(self, group: str) -> Collection[str] | None:
        if group == "campaign":
            return CAMPAIGN_FIELDS
        if self.known is None:
            return None
        return self.known.milestones if group == "milestones" else self.known.links

    def moment(self, node: nodes.Expr, parent: nodes.Node | None) -> None:
        """A time is compared, or shown by one of our filters: on its own it would read 2023-10-08 17:00:00+01:00."""
        shown = isinstance(parent, nodes.Filter) and parent.name in TIME_FILTERS
        if not shown and not isinstance(parent, nodes.Compare | nodes.Operand | nodes.Test):
            message = "A time needs to be told how it is said."
            self.refuse(node, "bare_time", message, "Write | clock (14:40), | weekday (Monday) or | date (9 October).")

    def filter(self, node: nodes.Filter, subject: nodes.Expr, depth: int) -> None:
        arguments = [*node.args, *(keyword.value for keyword in node.kwargs)]
        if node.name not in TEXT_FILTERS and node.name not in TIME_FILTERS:
            known = {*TEXT_FILTERS, *TIME_FILTERS}
            self.refuse(node, "not_allowed", f"There is no filter `{node.name}`.", nearest(node.name, known))
        elif node.dyn_args or node.dyn_kwargs or not all(isinstance(each, nodes.Const) for each in arguments):
            self.refuse(node, "not_allowed", f"What stands in brackets behind `{node.name}` must be plain.", HINT)
        elif node.name in TIME_FILTERS and not _is_moment(subject):
            message = f"`{node.name}` needs a time in front of it."
            self.refuse(node, "not_allowed", message, "For example: day, or milestones.debate.")
        elif node.name == "join" and not (isinstance(subject, nodes.List) and _is_short(arguments)):
            # A join of a join grows without bound.
            self.refuse(node, "not_allowed", "`join` needs a list that is written out, and few letters between.", HINT)
        else:
            self.visit(subject, node, depth + 1)

    def test(self, node: nodes.Test, subject: nodes.Expr, depth: int) -> None:
        said = [each.value for each in node.args if isinstance(each, nodes.Const)]
        if node.name not in day_tests.TESTS:
            message = f"There is no test `is {node.name}`."
            self.refuse(node, "not_allowed", message, f"For example: {day_tests.EXAMPLES['weekday']}.")
        elif node.dyn_args or node.dyn_kwargs or node.kwargs or len(said) < len(node.args):
            self.refuse(node, "not_allowed", f"What stands in brackets behind `{node.name}` must be plain.", HINT)
        elif not _is_moment(subject):
            message = f"`is {node.name}` needs a time in front of it."
            self.refuse(node, "not_allowed", message, "For example: day, or milestones.debate.")
        elif slip := day_tests.wrong(node.name, said):
            self.refuse(node, "no_such_day", *slip)
        else:
            self.visit(subject, node, depth + 1)

    def repeat(self, node: nodes.For, depth: int) -> None:
        listed = isinstance(node.iter, nodes.List | nodes.Tuple)
        if self.loop or node.recursive or not listed or not isinstance(node.target, nodes.Name):
            message = "A loop may only run over a list that is written out, and not inside another loop."
            self.refuse(node, "not_allowed", message, 'For example: {% for day in ["Monday", "Tuesday"] %}.')
            return
        name = node.target.name
        if name in NAMES or (self.known and name in self.known.voice):
            self.refuse(node, "not_allowed", f"`{name}` has a meaning already.", "Give the loop's items another name.")
            return
        self.visit(node.iter, node, depth + 1)
        self.loop = name
        for child in (*node.body, *node.else_, *([node.test] if node.test else [])):
            self.visit(child, node, depth + 1)
        self.loop = ""

    def items(self, node: nodes.List | nodes.Tuple, depth: int) -> None:
        if len(node.items) > MOST_ITEMS:
            self.refuse(node, "too_large", f"A list may have {MOST_ITEMS} items.", "Write the words out.")
        else:
            for item in node.items:
                self.visit(item, node, depth + 1)

    def refuse(self, node: nodes.Node, rule: str, message: str, hint: str) -> None:
        self.problems.append(Problem(self.path, max(node.lineno or 0, self.line), rule, message, hint))


def _is_moment(node: nodes.Node | None) -> bool:
    match node:
        case nodes.Name(name="day"):
            return True
        case nodes.Getattr(node=nodes.Name(name="milestones")):
            return True
        case _:
            return False


def _is_short(arguments: Iterable[nodes.Node]) -> bool:
    return all(isinstance(each, nodes.Const) and len(str(each.value)) <= LONGEST_GLUE for each in arguments)


def _defaulted(parent: nodes.Node | None) -> bool:
    return isinstance(parent, nodes.Filter) and parent.name == "default"
