"""What the two sides of a template's comparison may be, and whether a day's name goes into them."""

from __future__ import annotations

from collections.abc import Iterable

from jinja2 import nodes

from amplifier.compose.unspoken import NAMED

LIST = (nodes.List, nodes.Tuple)


class Values:
    """The values that the expressions of one template may have: of conditions both, of loops each."""

    def __init__(self, tree: nodes.Template) -> None:
        self._loops: dict[str, list[nodes.Node]] = {}
        for loop in tree.find_all(nodes.For):
            if isinstance(loop.target, nodes.Name):
                self._loops.setdefault(loop.target.name, []).append(loop.iter)
        self._known: dict[str, list[nodes.Node]] = {}

    def of(self, node: nodes.Node | None) -> list[nodes.Node]:
        """What this may be, as expressions without a choice."""
        match node:
            case None:
                return []
            case nodes.CondExpr():
                return self._each((node.expr1, node.expr2))
            case nodes.And() | nodes.Or():
                return self._each((node.left, node.right))
            case nodes.Name() if node.name in self._loops:
                return self._of_loop(node)
            case nodes.Filter() if node.name not in NAMED and node.name != "join":
                return [_changed(one, node) for one in self.of(node.node)]
            case _:
                return [node]

    def has_day(self, node: nodes.Node | None) -> bool:
        """Whether the name of a day goes into this."""
        match node:
            case nodes.Filter() if node.name in NAMED:
                return True
            case nodes.Filter():
                return self.has_day(node.node)  # what stands in its brackets is plain
            case nodes.List() | nodes.Tuple():
                return any(self.has_day(one) for one in node.items)
            case nodes.CondExpr() | nodes.And() | nodes.Or() | nodes.Name():
                return any(self.has_day(one) for one in self.of(node) if one is not node)
            case _:
                return False

    def _each(self, choices: Iterable[nodes.Node | None]) -> list[nodes.Node]:
        return list(dict.fromkeys(value for one in choices for value in self.of(one)))

    def _of_loop(self, node: nodes.Name) -> list[nodes.Node]:
        if node.name not in self._known:
            self._known[node.name] = []  # what a loop runs over is of outside: it never means the loop's own
            items = [item for one in self._loops[node.name] if isinstance(one, LIST) for item in one.items]
            values = dict.fromkeys(value for item in items for value in self.of(item))
            self._known[node.name] = [one for one in values if self._is_of_outside(one)]
        return self._known[node.name]

    def _is_of_outside(self, value: nodes.Node) -> bool:
        base: nodes.Node | None = value
        while isinstance(base, nodes.Filter) and base.name not in NAMED:
            base = base.node
        if isinstance(base, nodes.Filter):
            return True
        names = [value, *value.find_all(nodes.Name)]
        return not any(isinstance(one, nodes.Name) and one.name in self._loops for one in names)


def constant(node: nodes.Node) -> str | None:
    """The words that are written out there; None where they stand elsewhere."""
    try:
        said = node.as_const() if isinstance(node, nodes.Expr) else None
    except nodes.Impossible:
        return None
    return said if isinstance(said, str) else None


def _changed(node: nodes.Node, by: nodes.Filter) -> nodes.Node:
    made = nodes.Filter(node, by.name, by.args, by.kwargs, by.dyn_args, by.dyn_kwargs, lineno=by.lineno)
    made.environment = by.environment
    return made
