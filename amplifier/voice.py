"""How a campaign says a thing that it says everywhere, such as its handle: one form, or one a network or account."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pydantic import Field, model_validator

from amplifier.field_types import Text, nearest, wrong
from amplifier.yamlfile import FileModel

Wrong = tuple[str, str, str]  # which form (empty: the voice as a whole), what is wrong, what to do


class Voice(FileModel):
    """One thing that posts say: the same `everywhere`, or `forms` by the names of networks and of our accounts."""

    everywhere: Text | None = None
    forms: dict[str, Text] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _as_written(cls, value: object) -> dict[str, object]:
        if isinstance(value, str):
            return {"everywhere": value}
        if isinstance(value, dict) and value:
            return {"forms": value}
        raise wrong(
            "must be a text, or a form for each network or account",
            'A text that begins with # or @ needs quotes: "#Lab23".',
        )

    def said(self, platform: str, account: str = "") -> str:
        """The form of this account, else that of its platform. Raises KeyError where there is neither."""
        if self.everywhere is not None:
            return self.everywhere
        return self.forms[self.key(platform, account)]

    def key(self, platform: str, account: str = "") -> str:
        """Under which name that form stands: the account's own wins over its platform's. Empty where there is one."""
        if self.everywhere is not None:
            return ""
        return account if account in self.forms else platform


def wrong_forms(name: str, voice: Voice, accounts: Mapping[str, str], titles: Mapping[str, str]) -> Iterator[Wrong]:
    """What is wrong with a voice's forms. `accounts` gives the platform of each account, `titles` has all platforms."""
    if voice.everywhere is not None:
        return
    for key in voice.forms:
        platform = accounts.get(key, key)
        if key not in titles and key not in accounts:
            yield key, f"`{key}` is neither a network nor one of your accounts.", nearest(key, {*titles, *accounts})
        elif key in titles and platform != key:
            message = f"`{key}` is both a network and the name of your account on {titles[platform]}."
            yield key, message, "Give that account another name, so that nobody takes one for the other."
    told: set[str] = set()
    for account, platform in accounts.items():
        if account in voice.forms or platform in voice.forms or platform in told:
            continue
        told.add(platform)
        if any(other != account and accounts[other] == platform for other in accounts.keys() & voice.forms.keys()):
            message = f"`{name}` has no form for {account}, nor one for all of {titles[platform]}."
            yield "", message, f"Add a line for {account}, or one for {platform}."
        else:
            message = f"`{name}` has no form for {titles[platform]}, where you have an account."
            yield "", message, f"Add a line for {platform}, or take the account {account} out."
