"""The lines for nginx in docs/running.md, in a real nginx: the public pages come through, and no log has a secret."""

from __future__ import annotations

from pathlib import Path

from tests.web.proxies import nginx
from tests.web.test_behind_proxies import ask
from tests.web.test_server import CONSOLE, PUBLIC, start

DOC = Path(__file__).parents[2] / "docs" / "running.md"
SECRET = "s3cret-address-of-somebody"


def locations(log: Path, to: int) -> str:
    """What the text says from its first `location` to the end of its server."""
    text = DOC.read_text(encoding="utf-8").split("```nginx\n")[1].split("```")[0]
    lines = text[text.index("location ~") : text.rindex("}")]
    assert "127.0.0.1:8000" in lines
    assert "/var/log/nginx/amplifier.log" in lines
    return lines.replace("127.0.0.1:8000", f"127.0.0.1:{to}").replace("/var/log/nginx/amplifier.log", str(log))


def test_the_public_pages_come_through_and_the_console_does_not(tmp_path: Path, migrated: Path) -> None:
    run = start(tmp_path / "install", migrated)
    folder = tmp_path / "nginx"
    try:
        lines = locations(folder / "amplifier.log", run.install.port)
        with nginx(folder, run.install.port, locations=lines) as front:
            for path in PUBLIC:
                assert ask(front, path)[0] == 200, path
            for path in (f"/h/{SECRET}", f"/stop/{SECRET}"):
                status, _, body = ask(front, path)
                assert status == 404
                assert "the address is wrong, or it is no longer in use" in " ".join(body.split()), "ours, not nginx's"
            for path in (
                *CONSOLE,
                f"/?token={run.install.opened.token}",
                "/k/../mentions",
                "/%6dentions",
                "//mentions",
            ):
                status, headers, body = ask(front, path)
                assert (status, headers["server"].split("/")[0], "nginx" in body) == (404, "nginx", True), path
            run.install.end()
            assert ask(front, f"/stop/{SECRET}")[0] == 502
        logs = [path.read_text() for path in folder.rglob("*.log")]
        assert len(logs) == 3
        assert not [text for text in logs if SECRET in text]
        assert any("/mentions" in text for text in logs), "they are written"
    finally:
        run.install.end()
