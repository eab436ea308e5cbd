"""The console's own files: from memory, asked for again but not sent again, and none but these."""

from __future__ import annotations

import pytest
from django.test import Client

from amplifier.web.static_files import FOLDER, KINDS
from tests.web.campaign import HOST

NAMES = sorted(path.name for path in FOLDER.iterdir())
client = Client(HTTP_HOST=HOST)


@pytest.mark.parametrize("name", NAMES)
def test_each_file_is_served_as_what_it_is(name: str) -> None:
    answer = client.get(f"/static/{name}")
    assert answer.status_code == 200
    assert answer.content == (FOLDER / name).read_bytes()
    assert answer["Content-Type"] == KINDS["." + name.rsplit(".", 1)[1]]
    assert not answer.cookies


@pytest.mark.parametrize("name", NAMES)
def test_a_file_that_the_browser_has_is_not_sent_again(name: str) -> None:
    etag = client.get(f"/static/{name}")["ETag"]
    again = client.get(f"/static/{name}", headers={"if-none-match": etag})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get(f"/static/{name}", headers={"if-none-match": '"other"'}).status_code == 200
    assert client.get(f"/static/{name}", headers={"if-none-match": "*"}).status_code == 304
    assert client.get(f"/static/{name}", headers={"if-match": '"other"'}).status_code == 412


@pytest.mark.parametrize(
    "name",
    ["", "nothing", ".", "..", "../urls.py", "..%2furls.py", "%2e%2e%2furls.py", "console.css/", "CONSOLE.CSS",
     "console.css%00", "/etc/passwd", "console.css.bak"],
)  # fmt: skip
def test_there_are_no_other_files(name: str) -> None:
    assert client.get(f"/static/{name}").status_code == 404


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_files_can_only_be_read(method: str) -> None:
    assert getattr(client, method)("/static/console.css").status_code == 405
    assert client.head("/static/console.css").content == b""
