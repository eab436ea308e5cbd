"""One table: what each network can do, costs and allows. Facts with their source and the day they were read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from urllib.parse import quote

from amplifier.policy import Counts
from amplifier.text.length import graphemes


class Counting(StrEnum):
    """How a network counts the length of a text; `amplifier.text.length` does the counting."""

    WEIGHTED = "weighted"
    GRAPHEMES = "graphemes"
    GRAPHEMES_SHORT_LINKS = "graphemes_short_links"
    CODE_POINTS = "code_points"


class Repeat(StrEnum):
    """What keeps a repeated request from becoming a second post."""

    KEY = "key"  # the server remembers an idempotency key for a while
    RECORD_KEY = "record_key"  # we choose the post's own address
    LOOK_FIRST = "look_first"  # nothing: look at our own posts before any repeat


@dataclass(frozen=True)
class Capabilities:
    """A row: one network as its documentation and servers describe it.

    `limit` is in what `counting` counts; `max_bytes` is 0 where only the count matters. `looks` says how often `find`
    must see nothing before a repeat is allowed. `tags` says whether listening to a hashtag is possible, `edits` whether
    a post that is out can be given other words under the same id.

    Prices are US dollars: `price` and `price_with_link` a post, `price_delete` a deletion, `price_read_own` a post that
    a listing of our own account shows (`find`, `spot`, mentions), `price_read` a post asked for by its id (`read`) or
    found by a search, `price_user` an account that is looked up (`verify`) or, at worst, named beside a mention.
    `caps` are ceilings for publishing on one account, as (posts, seconds); where a network documents two, the lower.
    `tag_graphemes` and `tag_bytes` are how long a hashtag may be; 0 where only the post's own length bounds it.
    `composer` is where a person writes the post by hand; see `composer_address`.
    """

    platform: str
    title: str
    api: str
    web: str
    secrets: tuple[str, ...]
    counting: Counting
    limit: int
    max_bytes: int
    link_cost: int
    repeat: Repeat
    key_life_s: int
    looks: int
    tags: bool
    price: float
    price_with_link: float
    price_read_own: float
    price_read: float
    price_delete: float
    price_user: float
    edits: bool
    caps: tuple[tuple[int, int], ...]
    composer: str
    source: str
    read_on: str
    tag_graphemes: int = 0
    tag_bytes: int = 0

    def takes_tag(self, tag: str) -> bool:
        """Whether a hashtag (without `#`) is short enough to be one there."""
        fits = not self.tag_graphemes or graphemes(tag) <= self.tag_graphemes
        return fits and (not self.tag_bytes or len(tag.encode(errors="surrogatepass")) <= self.tag_bytes)

    def composer_address(self, text: str, api: str) -> str:
        """The network's own page for writing a post, with `text` in it; `api` is the account's server."""
        return self.composer.format(api=api.rstrip("/"), text=quote(text, safe=""))

    def told(self, *, limit: int | None, counts: Counts | None, link_cost: int | None = None) -> Capabilities:
        """The row for one account whose settings or server say how long a post may be, or how that is counted.

        `link_cost` is what a link counts there, where links do not count whole.
        """
        row = replace(self, limit=limit) if limit else self
        match counts:
            case Counts.CODE_POINTS:
                return replace(row, counting=Counting.CODE_POINTS, link_cost=0)
            case Counts.GRAPHEMES:
                return replace(row, counting=Counting.GRAPHEMES, link_cost=0)
            case _:
                return replace(row, link_cost=link_cost) if link_cost else row


@dataclass(frozen=True)
class Relative:
    """Software that speaks Mastodon's API and counts a post in a way of its own, with source and the day of reading."""

    counts: Counts
    source: str
    read_on: str


# By the name that its nodeinfo, its version or its source's address tells.
RELATIVES: dict[str, Relative] = {
    "gotosocial": Relative(
        Counts.CODE_POINTS,
        source="codeberg.org/superseriousbusiness/gotosocial: internal/api/client/statuses, runes of text and warning",
        read_on="2026-11-29",
    ),
    "takahe": Relative(
        Counts.CODE_POINTS,
        source="github.com/jointakahe/takahe: api/views/statuses.py, len(status)",
        read_on="2026-11-29",
    ),
    "pleroma": Relative(
        Counts.GRAPHEMES,
        source="git.pleroma.social/pleroma/pleroma: web/common_api/utils.ex, String.length of text and warning",
        read_on="2026-11-29",
    ),
    "akkoma": Relative(
        Counts.GRAPHEMES,
        source="akkoma.dev/AkkomaGang/akkoma: web/common_api/utils.ex, as Pleroma from which it comes",
        read_on="2026-11-29",
    ),
}

TABLE: dict[str, Capabilities] = {
    "x": Capabilities(
        platform="x",
        title="X",
        api="https://api.x.com",
        web="https://x.com",
        secrets=("api_key", "api_secret", "access_token", "access_secret"),
        counting=Counting.WEIGHTED,
        limit=280,
        max_bytes=0,
        link_cost=23,
        repeat=Repeat.LOOK_FIRST,
        key_life_s=0,
        looks=2,
        tags=True,
        price=0.015,
        price_with_link=0.200,
        price_read_own=0.001,
        price_read=0.005,
        price_delete=0.010,
        price_user=0.010,
        edits=False,
        caps=((100, 900), (300, 10_800)),
        composer="https://x.com/intent/tweet?text={text}",
        source="docs.x.com: fundamentals/counting-characters, fundamentals/rate-limits, getting-started/pricing, "
        "x-for-websites/post-button/guides/web-intent; twitter-text v3",
        read_on="2026-08-22",
    ),
    "bluesky": Capabilities(
        platform="bluesky",
        title="Bluesky",
        api="https://bsky.social",
        web="https://bsky.app",
        secrets=("app_password",),
        counting=Counting.GRAPHEMES,
        limit=300,
        max_bytes=3000,
        link_cost=0,
        repeat=Repeat.RECORD_KEY,
        key_life_s=0,
        looks=1,
        tags=False,
        price=0.0,
        price_with_link=0.0,
        price_read_own=0.0,
        price_read=0.0,
        price_delete=0.0,
        price_user=0.0,
        edits=False,
        caps=((1_666, 3_600), (11_666, 86_400)),  # 5,000 points an hour and 35,000 a day, 3 for a post
        composer="https://bsky.app/intent/compose?text={text}",
        tag_graphemes=64,
        tag_bytes=640,
        source="lexicons/app/bsky/feed/post.json, lexicons/app/bsky/richtext/facet.json; docs.bsky.app: "
        "advanced-guides/rate-limits, advanced-guides/intent-links; pds/src/api/com/atproto/repo/putRecord.ts",
        read_on="2026-08-20",
    ),
    "mastodon": Capabilities(
        platform="mastodon",
        title="Mastodon",
        api="",
        web="",
        secrets=("access_token",),
        counting=Counting.GRAPHEMES_SHORT_LINKS,
        limit=500,
        max_bytes=0,
        link_cost=23,
        repeat=Repeat.KEY,
        key_life_s=3600,
        looks=2,
        tags=True,
        price=0.0,
        price_with_link=0.0,
        price_read_own=0.0,
        price_read=0.0,
        price_delete=0.0,
        price_user=0.0,
        edits=True,
        caps=((300, 10_800),),
        composer="{api}/share?text={text}",
        source="docs.joinmastodon.org: entities/Instance, methods/statuses, user/posting, api/rate-limits",
        read_on="2026-07-02",
    ),
}
