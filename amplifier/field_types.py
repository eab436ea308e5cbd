"""The small things that a person writes in our files, each with the sentence it gets when it is wrong."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection
from datetime import date
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from pydantic import AfterValidator, BeforeValidator, StringConstraints
from pydantic_core import PydanticCustomError

Network = IPv4Network | IPv6Network
DURATION = re.compile(r"(?:(\d{1,4})h)? ?(?:(\d{1,5})m)? ?(?:(\d{1,6})s)?", re.ASCII)
DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
DURATION_HINT = 'Write hours, minutes and seconds with their letters, for example "15m", "2h 30m" or "90s".'


LONGEST_NAME = 80  # of what people name; the database has room for 100 and more, also with what is set before it
LONGEST_PATH = 150  # of a template's name, which has folders in it
FEW = 12  # names that one can still read at a glance


def nearest(word: str, known: Collection[str]) -> str:
    """A hint for a word that is not among `known`: the one it resembles, else all of them if they are few."""
    lowered = {name.lower(): name for name in known}
    if close := difflib.get_close_matches(word.lower(), lowered, n=1, cutoff=0.6):
        return f"Did you mean {lowered[close[0]]}?"
    return f"There is: {', '.join(sorted(known))}." if 0 < len(known) <= FEW else ""


def wrong(message: str, hint: str = "") -> PydanticCustomError:
    """What a validator raises. `message` continues the sentence that begins with the key's name."""
    return PydanticCustomError("ours", "{message}", {"message": message, "hint": hint})


def seconds(text: object) -> float:
    """The seconds that a duration such as "15m", "2h 30m" or "90s" stands for; never zero or less.

    Raises PydanticCustomError with the sentence and the hint for a person.
    """
    if isinstance(text, float):
        return text  # made in code, already in seconds
    found = DURATION.fullmatch(text.strip()) if isinstance(text, str) else None
    if found is None or not any(found.groups()):
        raise wrong("is not a length of time", DURATION_HINT)
    hours, minutes, secs = (int(group or 0) for group in found.groups())
    if not (total := hours * 3600 + minutes * 60 + secs):
        raise wrong("must be longer than nothing", DURATION_HINT)
    return float(total)


def day(text: object) -> date:
    """The date that "2023-10-08" stands for. Raises PydanticCustomError with the sentence for a person."""
    if isinstance(text, date):
        return text  # made in code, not read from a file
    try:
        return date.fromisoformat(text if isinstance(text, str) and DAY.fullmatch(text) else "")
    except ValueError:
        raise wrong("is not a day", "Write year, month and day, for example 2023-10-08.") from None


def variable(text: object) -> object:
    """The name of an environment variable. The refusal does not repeat the text: it might be the secret itself."""
    if isinstance(text, str) and re.fullmatch(r"[A-Z][A-Z0-9_]*", text):
        return text
    raise wrong(
        "must be the name of an environment variable: a secret's value does not belong in the file",
        "Write a name of capital letters, digits and _, such as X_API_KEY, and put the value into that variable. "
        "If a real secret stood here, renew it: a file like this is copied and shared.",
    )


def zone(text: str) -> str:
    """A time zone by its IANA name."""
    zones = available_timezones()
    if text in zones:
        return text
    by_city = {zone.rsplit("/", 1)[-1].replace("_", " ").lower(): zone for zone in sorted(zones) if "/" in zone}
    city = text.rsplit("/", 1)[-1].replace("_", " ").lower()
    hint = f"Did you mean {by_city[city]}?" if city in by_city else nearest(text, zones)
    raise wrong("is not a time zone", hint if hint.startswith("Did") else "Write one such as Europe/London.")


def https(text: str) -> str:
    """A web address that begins with https:// and carries no password."""
    try:
        address = urlsplit(text)
        good = address.scheme == "https" and bool(address.hostname) and address.username is None
        good = good and text.isprintable() and not re.search(r"[ <>\"]", text) and (address.port or 1) > 0
    except ValueError:
        good = False
    if not good:
        raise wrong("is not a web address that begins with https://", "For example https://freemovement.example/help.")
    return text


def base_address(text: str) -> str:
    """A server's own address, without a path."""
    https(text)
    if urlsplit(text).path.strip("/") or "?" in text or "#" in text:
        raise wrong("must be the server alone", "For example https://social.example, with nothing behind it.")
    return text.rstrip("/")


def network(text: object) -> Network:
    """An address, or a network of them; not everybody's."""
    if isinstance(text, IPv4Network | IPv6Network):
        return text  # made in code, not read from a file
    try:
        found = ip_network(text if isinstance(text, str) else "", strict=False)
    except ValueError:
        raise wrong("is not an IP address or network", "For example 127.0.0.1 or 10.0.0.0/8.") from None
    if not found.prefixlen:
        raise wrong("would trust everybody", "Name the addresses of your own proxies, for example 10.0.0.0/8.")
    return found


def short(text: str) -> str:
    """A name that has room wherever names are kept. Raises PydanticCustomError where it is longer."""
    if len(text) > LONGEST_NAME:
        raise wrong(f"is {len(text)} characters long", f"A name has {LONGEST_NAME} characters at most.")
    return text


def word(text: str) -> str:
    """A name that templates can use."""
    if not re.fullmatch(r"[a-z][a-z0-9_]*", text):
        raise wrong("is not a name that templates can use", "Begin with a small letter; then small letters, digits, _.")
    return short(text)


def identifier(text: str) -> str:
    """A name for campaigns, accounts and slots; it ends up in addresses and keys."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", text):
        raise wrong("must be made of small letters, digits and dashes", "For example lab23 or labfreemvmt-x.")
    return short(text)


def language(tag: str) -> str:
    """The short name of a language (BCP 47)."""
    if not re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", tag):
        raise wrong("is not the short name of a language", "For example en, cy or en-GB.")
    return tag


def hashtag(text: object) -> str:
    """A hashtag, given back without `#`."""
    name = text.removeprefix("#") if isinstance(text, str) else ""
    if not re.fullmatch(r"\w+", name) or name.isdigit():
        hint = 'Write # and then letters, digits or _, with at least one letter, in quotes: "#FreeMovement23".'
        raise wrong("is not a hashtag", hint)
    return short(name)


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Duration = Annotated[float, BeforeValidator(seconds)]
Day = Annotated[date, BeforeValidator(day)]
Zone = Annotated[str, AfterValidator(zone)]
Word = Annotated[str, AfterValidator(word)]
Language = Annotated[str, AfterValidator(language)]
Identifier = Annotated[str, AfterValidator(identifier)]
Address = Annotated[str, AfterValidator(https)]
BaseAddress = Annotated[str, AfterValidator(base_address)]
EnvironmentName = Annotated[str, BeforeValidator(variable)]
Proxy = Annotated[Network, BeforeValidator(network)]
Hashtag = Annotated[str, BeforeValidator(hashtag)]
