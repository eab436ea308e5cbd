"""The console's addresses."""

from __future__ import annotations

from django.urls import include, path

from amplifier.web.console.correct import carry_out, correct_page, preview
from amplifier.web.console.decide import let_stand, move_milestone, skip_post, take_in_post
from amplifier.web.console.move import preview_move
from amplifier.web.console.now import now_page
from amplifier.web.console.questions import decide_delivery, decide_page, note_missed
from amplifier.web.console.stop import stop_everything
from amplifier.web.console.wall import wall
from amplifier.web.inbox.aside import aside_page
from amplifier.web.inbox.log import follow_up_mention, mentions_page
from amplifier.web.static_files import static_file

urlpatterns = [
    path("", now_page),
    path("milestones/preview", preview_move),
    path("milestones/move", move_milestone),
    path("posts/skip", skip_post),
    path("posts/take-in", take_in_post),
    path("posts/stand", let_stand),
    path("posts/correct", correct_page),
    path("posts/correct/preview", preview),
    path("posts/correct/now", carry_out),
    path("decide", decide_page),
    path("decide/missed", note_missed),
    path("decide/<int:number>", decide_delivery),
    path("stop", stop_everything),
    path("wall", wall),
    path("mentions", mentions_page),
    path("mentions/aside", aside_page),
    path("mentions/<int:number>", follow_up_mention),
    path("static/<str:name>", static_file),
    path("", include("amplifier.web.secret_links.urls")),
]

handler400 = "amplifier.web.failures.bad_request"
handler404 = "amplifier.web.failures.not_found"
handler500 = "amplifier.web.failures.broken"
