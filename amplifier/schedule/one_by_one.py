"""One post that cannot be worked out waits for a person, and keeps none of the others from going out."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from amplifier.campaign.post import PostId, WantedPost
from amplifier.errors import DatabaseTrouble, Problem, TemplateError

log = logging.getLogger("amplifier.schedule")
R = TypeVar("R")
T = TypeVar("T")
OF_THE_MACHINE = (DatabaseTrouble, OSError)  # no post is at fault, and it may be over in a moment
FAILED = "post_failed"  # the rule of what tells of one post alone
HINT = "Give it other words (amplifier edit), or leave it out (amplifier skip). The worker's log says more."


def by_itself(post: PostId, work: Callable[[], R]) -> R:
    """What this gives of one post. Raises TemplateError, which tells of that post alone, whatever went wrong in it.

    What is the machine's fault is raised as it is.
    """
    try:
        return work()
    except (TemplateError, *OF_THE_MACHINE):
        raise
    except Exception as error:
        log.exception("cannot be worked out post=%s/%s", post.slot, post.occurrence)
        raise TemplateError([_failed(post, error)]) from error


def without_failing(
    posts: Sequence[WantedPost], work: Callable[[Sequence[WantedPost]], R]
) -> tuple[R, Sequence[WantedPost]]:
    """What this gives of the posts with which it can be done, and all posts: each of the others in no words, and why.

    `work` looks at each post for itself. What fails without any post too, or with none alone, is no fault of a post:
    that is raised as it is.
    """
    try:
        return work(posts), posts
    except Exception:
        failing = {post.id: why for post in posts if (why := _why(post, work))}
        if not failing:
            raise
    found = work([post for post in posts if post.id not in failing])
    return found, [post.in_no_words(failing[post.id]) if post.id in failing else post for post in posts]


def those_that_work(
    things: Iterable[T], work: Callable[[T], R], *, post: Callable[[T], PostId], told: str, hint: str
) -> tuple[list[R], list[Problem]]:
    """What this gives of each of these things, and a problem for each of which it gives nothing: no other minds.

    `post` says of which post a thing is, `told` and `hint` what a fault means for that post, and what to do. What is
    the machine's fault is raised as it is.
    """
    found, problems = list[R](), list[Problem]()
    for one in things:
        try:
            found.append(work(one))
        except OF_THE_MACHINE:
            raise
        except Exception as error:
            name = f"{post(one).slot}/{post(one).occurrence}"
            log.exception("cannot be worked out post=%s", name)
            problems.append(Problem("", 0, FAILED, f"{name} {told} ({type(error).__name__}).", hint))
    return found, list(dict.fromkeys(problems))


def _why(post: WantedPost, work: Callable[[Sequence[WantedPost]], object]) -> str:
    try:
        by_itself(post.id, lambda: work([post]))
    except TemplateError as error:
        return str(error.problems[0])
    return ""


def _failed(post: PostId, error: Exception) -> Problem:
    name = f"{post.slot}/{post.occurrence}"
    return Problem("", 0, FAILED, f"{name} cannot be worked out ({type(error).__name__}): it waits.", HINT)
