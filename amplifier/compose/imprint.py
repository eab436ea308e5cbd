"""The imprint gate: who answers for a post stands in it, or one click away with the reason; else it does not go out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from amplifier.campaign.post import Words
from amplifier.compose.fit import contains, finish, measure
from amplifier.platforms.capabilities import Capabilities
from amplifier.policy import Imprint, Profile

ONE_CLICK_AWAY = frozenset({Profile.UK, Profile.SCOTLAND})  # where what does not fit may stand on a page

ADVICE = "What the law wants depends on where you are and who pays: ask for advice before you go live."


def with_imprint(
    text: str, row: Capabilities, imprint: Imprint, *, required: Sequence[str] = (), limit: int | None = None
) -> tuple[str, str]:
    """The finished text for this network, and the reason why the imprint is not in it; empty where it is.

    The imprint is added before anything is counted. Where it does not fit and the profile has a page one click away,
    the text stays without; elsewhere it becomes too long, for `check_words` to refuse. `limit` replaces the network's.
    """
    if not text.strip() or imprint.profile is Profile.OFF:
        return finish(text, required=required, imprint=""), ""
    whole = finish(text, required=required, imprint=imprint.text)
    most = limit or row.limit
    size = measure(whole, counting=row.counting, limit=most, max_bytes=row.max_bytes, link_cost=row.link_cost)
    if not _has_page(imprint) or (size.fits and imprint.text.strip()):
        return whole, ""
    bare = finish(text, required=required, imprint=imprint.text, keep_imprint=False)
    where = f"stands one click away, at {imprint.page}."
    if not imprint.text.strip():
        return bare, f"The imprint {where}"
    counted, allowed, what = (size.used, most, "characters")
    if size.used <= most:
        counted, allowed, what = (size.bytes, row.max_bytes, "bytes")
    return bare, f"{row.title} allows {allowed:,} {what}; with the imprint it would be {counted:,}. It {where}"


def why_not(text: str, reason: str, imprint: Imprint) -> str:
    """Why this text may not go out under this profile, as a sentence for people; empty if it may.

    `reason` is what was stored with the text where the imprint stands one click away.
    """
    if imprint.profile is Profile.OFF or carries(text, imprint):
        return ""
    if reason.strip() and _has_page(imprint):
        return ""
    if not imprint.text.strip():
        return "There is no imprint to go with it. Fill in imprint in settings.yaml; docs/settings.md tells how."
    if imprint.profile is Profile.PAID:
        return "The imprint is not in its words, and what is paid for must carry it. Give it shorter words."
    return "The imprint is not in its words, and no reason is stored why it stands one click away. Give it other words."


def carries(text: str, imprint: Imprint) -> bool:
    """Whether the imprint stands in the text, as whole words; however lines are broken and letters are cased."""
    words = " ".join(imprint.text.split())
    return bool(words) and contains(" ".join(text.split()), words)


def wrongs(imprint: Imprint) -> Iterator[tuple[str, str, str]]:
    """What keeps these settings from holding under their profile: the key, what is wrong, and what to do."""
    text, page = imprint.text.strip(), imprint.page.strip()
    if imprint.page and not page.startswith("https://"):
        yield "page", "`page` is not a web address.", "It begins with https://, such as https://your.example/imprint."
    if imprint.profile is Profile.OFF:
        if text:
            yield "text", "`text` is here, but with `profile: off` no post carries it.", "Take out one of the two."
    elif imprint.profile is Profile.PAID:
        if not text:
            hint = "What is paid for carries its imprint in every post: write it into `text`."
            yield "profile", "The profile `paid` needs a `text`.", hint
    elif not text:
        yield from _lacking(imprint)


def notes(imprint: Imprint, said: Iterable[Words]) -> list[str]:
    """What `check` says about the imprint although nothing is wrong: where posts stand without it, and what to ask."""
    if imprint.profile is Profile.OFF:
        return [f"No imprint: the profile is off. {ADVICE}"]
    away = Counter(words.account for words in said if words.imprint)
    told = []
    if away:
        where = ", ".join(f"{number} on {account}" for account, number in away.items())
        told.append(f"Without room for the imprint: {where}. Link {imprint.page} in the profile there.")
    return [*told, f"Imprint: profile {imprint.profile}. {ADVICE}"]


def _lacking(imprint: Imprint) -> Iterator[tuple[str, str, str]]:
    """What a campaign without a text lacks so that its imprint can stand on a page alone."""
    rest = [key for key in ("page", "responsible", "address") if not str(getattr(imprint, key)).strip()]
    if len(rest) == 3:
        message = f"Posts under the profile `{imprint.profile}` need an imprint, and there is none."
        hint = "Write `text`, or `page` with `responsible` and `address`. Where no law asks for it: profile: off."
        yield "profile", message, hint
    elif rest:
        named = ", ".join(f"`{key}`" for key in rest)
        message = f"Without a `text` the imprint stands on a page, which needs {named} too."
        yield "profile", message, "Fill that in, or write a `text` that goes into every post."


def _has_page(imprint: Imprint) -> bool:
    return imprint.profile in ONE_CLICK_AWAY and bool(imprint.page.strip())
