"""The plan's words beside all else that is said on X: a text that cannot be compared stops none of the others."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property, partial
from typing import TypeVar

from amplifier.campaign.delivery import Spoken
from amplifier.campaign.plan import Decision, DecisionKind
from amplifier.campaign.post import PostId, WantedPost
from amplifier.compose.memory import spoken_on_x
from amplifier.compose.sameness import Judge, watched
from amplifier.errors import Problem
from amplifier.schedule.naming.former import follow
from amplifier.schedule.naming.ledger_names import called
from amplifier.schedule.naming.renamed import Eye
from amplifier.schedule.one_by_one import HINT, OF_THE_MACHINE, those_that_work, without_failing
from amplifier.schedule.program import Program, copies, held_copies, post_name, wanted_posts
from amplifier.schedule.stage import Stage

R = TypeVar("R")
log = logging.getLogger("amplifier.schedule")
NOT_COMPARED = "cannot be compared with what else is said, so that the others go out without that"


@dataclass(frozen=True)
class Beside:
    """Which posts of the plan may not be said on an account of X, and why; and all of them.

    Of `wanted` those are in no words that cannot be compared; `problems` tells of what people say that cannot be.
    """

    held: dict[tuple[PostId, str], str]
    wanted: Sequence[WantedPost]
    problems: tuple[Problem, ...] = ()


def held_beside(program: Program, wanted: Sequence[WantedPost], stage: Stage) -> Beside:
    """Which of these posts, due on the stage, may not be said on an account of X, since nearly the same is there."""
    spoken = spoken_on_x(program.settings, stage)

    def held(said: Sequence[Spoken], posts: Sequence[WantedPost]) -> dict[tuple[PostId, str], str]:
        there = [replace(one, moment=replace(one.moment, due_at=stage.campaign(one.moment.due_at))) for one in posts]
        found = held_copies(program, there, said, called(program, posts, said))
        return {where: problem.message for where, problem in found.items()}

    found, posts, problems = _compared(held, spoken, wanted, Judge(program.settings))
    return Beside(found, posts, problems)


def said_beside(program: Program, made: tuple[Decision, ...], stage: Stage, *, now: datetime) -> list[Problem]:
    """What these files may not say, since X's accounts have it already in words of people: that refuses them."""
    if not watched(program.settings):
        return []
    wanted, spoken = wanted_posts(program, made), spoken_on_x(program.settings, stage)

    def refused(said: Sequence[Spoken], posts: Sequence[WantedPost]) -> list[Problem]:
        return copies(program, posts, said, called(program, posts, said), at=stage.campaign(now))

    return _compared(refused, spoken, wanted, Judge(program.settings))[0]


def careful_eye(program: Program, made: Sequence[Decision], stage: Stage, now: datetime) -> Eye:
    """How the planner compares what is out with what is to go out.

    Words to go out that cannot be compared are taken for what is out, so that they wait for a person. Words that are
    out and cannot be compared hold nothing else back.
    """
    judge = Judge(program.settings)

    def is_near(out: str, new: str) -> bool:
        try:
            return judge.is_near(out, new)
        except OF_THE_MACHINE:
            raise
        except Exception:
            log.exception("something that is out cannot be compared")
            return not _is_sound(new, judge)

    given = _Given(program, made)
    return Eye(is_near, stage.campaign, now, given.has)


class _Given:
    """All words that people ever gave to posts of the plan, read once somebody asks."""

    def __init__(self, program: Program, made: Sequence[Decision]) -> None:
        self._program = program
        self._made = made

    def has(self, post: PostId, account: str, text: str) -> bool:
        """Whether this text begins with words that a person gave to this post there: the imprint follows them."""
        return any(text.startswith(own) for own in self._words.get((post_name(post), account), ()))

    @cached_property
    def _words(self) -> dict[tuple[str, str], set[str]]:
        found: dict[tuple[str, str], set[str]] = {}
        for one in follow(self._made, self._program.plan):
            if one.kind is DecisionKind.WORDS_REPLACED:
                for account, own in json.loads(one.value).items():
                    found.setdefault((one.subject, account), set()).add(own.strip())
        return found


def _compared(
    work: Callable[[Sequence[Spoken], Sequence[WantedPost]], R],
    spoken: Sequence[Spoken],
    wanted: Sequence[WantedPost],
    judge: Judge,
) -> tuple[R, Sequence[WantedPost], tuple[Problem, ...]]:
    """What this gives of all of them; where one cannot be compared, what it gives of the others, and which those are.

    Of the posts those are then in no words that cannot be compared; the problems tell of what is said and cannot be.
    """
    try:
        return work(spoken, wanted), wanted, ()
    except OF_THE_MACHINE:
        raise
    except Exception:
        log.exception("something that is said cannot be compared")
    sound, problems = _sound(spoken, judge)
    found, posts = without_failing(wanted, partial(_looked_at, judge, partial(work, sound)))
    return found, posts, tuple(problems)


def _sound(spoken: Sequence[Spoken], judge: Judge) -> tuple[list[Spoken], list[Problem]]:
    """What people and the plan have said or are to say, without what cannot even be compared with itself."""

    def itself(one: Spoken) -> Spoken:
        judge.is_near(one.text, one.text)
        return one

    return those_that_work(spoken, itself, post=lambda one: one.post, told=NOT_COMPARED, hint=HINT)


def _is_sound(text: str, judge: Judge) -> bool:
    try:
        judge.is_near(text, text)
    except OF_THE_MACHINE:
        raise
    except Exception:
        log.exception("what is to go out cannot be compared")
        return False
    return True


def _looked_at(judge: Judge, work: Callable[[Sequence[WantedPost]], R], posts: Sequence[WantedPost]) -> R:
    """What this gives of these posts, each of which is compared with itself first: so it fails for itself alone."""
    for text in _texts(posts):
        judge.is_near(text, text)
    return work(posts)


def _texts(posts: Sequence[WantedPost]) -> Collection[str]:
    return {words.text for post in posts for words in post.words}
