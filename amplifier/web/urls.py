"""The console's addresses."""

from __future__ import annotations

from django.urls import include, path

from amplifier.web.console.decide import move_milestone, skip_post
from amplifier.web.console.now import now_page
from amplifier.web.inbox.log import follow_up_mention, mentions_page
from amplifier.web.static_files import static_file

urlpatterns = [
    path("", now_page),
    path("milestones/move", move_milestone),
    path("posts/skip", skip_post),
    path("mentions", mentions_page),
    path("mentions/<int:number>", follow_up_mention),
    path("static/<str:name>", static_file),
    path("", include("amplifier.web.errands.urls")),
]

handler400 = "amplifier.web.failures.bad_request"
handler404 = "amplifier.web.failures.not_found"
handler500 = "amplifier.web.failures.broken"
