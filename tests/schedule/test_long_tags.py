"""Hashtags that are too long for a network are told of with the file and line of the words."""

from __future__ import annotations

from amplifier.schedule.long_tags import long_tags
from amplifier.schedule.program import read_program, wanted_posts
from tests.schedule import homes
from tests.schedule.homes import SCHEDULE, SOON

LONG = "a" * 65
HELLO = f"---\nask: hello\n---\n\n== one\nGood morning, it is {{{{ day | weekday }}}}. #{LONG}\n"


def test_a_tag_that_is_too_long_is_told_once_where_it_stands_and_only_for_its_network() -> None:
    for network, told in (("bluesky", [("templates/lab23/hello.j2", 6, "long_tag")]), ("mastodon", [])):
        sources = {
            "schedules/small.yaml": SCHEDULE.replace("[x]", f"[{network}]"),
            "templates/lab23/soon.j2": SOON,
            "templates/lab23/hello.j2": HELLO,
        }
        program = read_program(sources, homes.settings())
        found = long_tags(program, wanted_posts(program))
        assert [(one.path, one.line, one.rule) for one in found] == told
