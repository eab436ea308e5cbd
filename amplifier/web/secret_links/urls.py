"""The addresses of secret links."""

from __future__ import annotations

from django.urls import path

from amplifier.web.secret_links.hand_off import hand_off_page
from amplifier.web.secret_links.stop import stop_page

urlpatterns = [
    path("h/<str:token>", hand_off_page),
    path("stop/<str:token>", stop_page),
]
