"""X's search language, as far as it is served: words, phrases, tags, handles, operators, OR, minus, brackets."""

from __future__ import annotations

import re
from collections.abc import Callable

from amplifier.sandbox.nouns import PretendPost

LONGEST_QUERY = 512
Test = Callable[[PretendPost], bool]
_TOKEN = re.compile(r'\s*(-?\(|\)|-?"[^"]*"|[^\s()]+)')


def compiled(query: str) -> Test:
    """A test for posts. Raises ValueError with X's kind of sentence if the query cannot be read."""
    if not query.strip() or len(query) > LONGEST_QUERY:
        raise ValueError(f"query is required and may have at most {LONGEST_QUERY} characters")
    tokens = _TOKEN.findall(query)
    test, left = _either(tokens)
    if left:
        raise ValueError(f"no viable alternative at input '{left[0]}'")
    return test


def _either(tokens: list[str]) -> tuple[Test, list[str]]:
    test, tokens = _both(tokens)
    tests = [test]
    while tokens and tokens[0] == "OR":
        test, tokens = _both(tokens[1:])
        tests.append(test)
    return lambda post: any(one(post) for one in tests), tokens


def _both(tokens: list[str]) -> tuple[Test, list[str]]:
    tests: list[Test] = []
    while tokens and tokens[0] not in {"OR", ")"}:
        test, tokens = _one(tokens)
        tests.append(test)
    if not tests:
        raise ValueError("there is nothing to search for on one side")
    return lambda post: all(one(post) for one in tests), tokens


def _one(tokens: list[str]) -> tuple[Test, list[str]]:
    token, tokens = tokens[0], tokens[1:]
    negated = token.startswith("-") and len(token) > 1
    token = token[1:] if negated else token
    if token == "(":  # noqa: S105 - a bracket, no secret
        test, tokens = _either(tokens)
        if not tokens or tokens[0] != ")":
            raise ValueError("a bracket is not closed")
        tokens = tokens[1:]
    else:
        test = _term(token)
    return (lambda post: not test(post)) if negated else test, tokens


def _term(token: str) -> Test:
    word = token.lower()
    name, _, value = word.partition(":")
    if word.startswith("#"):
        return lambda post: word[1:] in post.tags
    if word.startswith("@"):
        return lambda post: word[1:] in post.mentions
    if word.startswith('"'):
        return lambda post: word.strip('"') in post.text.lower()
    if value:
        return _operator(name, value.removeprefix("@"))
    pattern = re.compile(rf"(?<!\w){re.escape(word)}(?!\w)")
    return lambda post: pattern.search(post.text.lower()) is not None


def _operator(name: str, value: str) -> Test:
    fixed = _FIXED.get((name, value))
    if fixed is not None:
        return fixed
    if name not in _OPEN:
        raise ValueError(f"operator '{name}:{value}' is not served by this pretend X")
    test = _OPEN[name]
    return lambda post: test(post, value)


_FIXED: dict[tuple[str, str], Test] = {
    ("is", "retweet"): lambda _: False,
    ("is", "nullcast"): lambda _: False,
    ("is", "verified"): lambda _: False,
    ("is", "reply"): lambda post: post.in_reply_to is not None,
    ("is", "quote"): lambda post: post.quotes is not None,
    ("has", "hashtags"): lambda post: bool(post.tags),
    ("has", "mentions"): lambda post: bool(post.mentions),
    ("has", "links"): lambda post: "://" in post.text,
}
_OPEN: dict[str, Callable[[PretendPost, str], bool]] = {
    "from": lambda post, who: who in {post.author.handle, post.author.remote_id},
    "to": lambda post, who: post.mentions[:1] == (who,),
    "conversation_id": lambda post, number: post.root == number,
    "lang": lambda post, language: post.language == language,
    "url": lambda post, part: part.strip('"') in post.text.lower(),
}
