"""Which page of an ordered list is wanted: the one idea of paging that all three networks' ways come down to."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class PageBounds:
    """A page of something ordered: after and before are exclusive; `oldest_first` takes from the lower end."""

    after: int = -1
    before: int = 2**63 - 1
    limit: int = 40
    oldest_first: bool = False

    def until(self, position: int) -> PageBounds:
        """The same page, but nothing from this position on."""
        return replace(self, before=min(self.before, position))

    def from_(self, position: int) -> PageBounds:
        """The same page, but nothing before this position."""
        return replace(self, after=max(self.after, position - 1))

    def sized(self, limit: int) -> PageBounds:
        """The same page with another limit; -1 is none."""
        return replace(self, limit=limit)

    @property
    def order(self) -> str:
        """The direction in which the page is taken."""
        return "ASC" if self.oldest_first else "DESC"
