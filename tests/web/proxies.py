"""What may stand between somebody elsewhere and our pages: a real nginx, and a forwarder that passes bytes on."""

from __future__ import annotations

import contextlib
import select
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from tests.ports import free_port
from tests.waiting import HANG_S

NGINX = """\
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 4096; }}
http {{
  access_log {folder}/access.log;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port};
    {locations}
  }}
}}
"""


EVERYTHING = """\
location / {{
      proxy_pass http://127.0.0.1:{to};
      {settings}
    }}
"""


@contextlib.contextmanager
def nginx(folder: Path, to: int, settings: str = "", *, locations: str = "") -> Iterator[int]:
    """Debian's nginx in front of this port, until the end; the port on which it listens.

    It passes everything on, with these `settings`; or what these `locations` say, which name the port themselves.
    """
    program = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/bin")
    assert program, "nginx is missing; install it with: apt-get install nginx"
    folder.mkdir(parents=True)
    port = free_port()
    locations = locations or EVERYTHING.format(to=to, settings=settings)
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, port=port, locations=locations))
    words = [program, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log")]
    with subprocess.Popen(
        words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as process:
        try:
            _until_it_listens(port, process)
            yield port
        finally:
            process.terminate()
            process.wait(HANG_S)


def _until_it_listens(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(1200):
        assert process.poll() is None, process.stderr and process.stderr.read()
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise AssertionError("nginx does not listen")


@contextlib.contextmanager
def forwarder(to: int) -> Iterator[int]:
    """A plain TCP forwarder, as tunnels and load balancers are: it changes and adds nothing."""
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(0.1)
    ended = threading.Event()
    threads = [threading.Thread(target=_accept, args=(server, to, ended), daemon=True)]
    threads[0].start()
    try:
        yield int(server.getsockname()[1])
    finally:
        ended.set()
        threads[0].join(HANG_S)
        server.close()


def _accept(server: socket.socket, to: int, ended: threading.Event) -> None:
    while not ended.is_set():
        with contextlib.suppress(TimeoutError):
            line = server.accept()[0]
            threading.Thread(target=_pass_on, args=(line, to, ended), daemon=True).start()


def _pass_on(line: socket.socket, to: int, ended: threading.Event) -> None:
    with line, socket.create_connection(("127.0.0.1", to), timeout=HANG_S) as further, contextlib.suppress(OSError):
        other = {line: further, further: line}
        while not ended.is_set():
            for ready in select.select([line, further], [], [], 0.1)[0]:
                chunk = ready.recv(65536)
                if not chunk:
                    return
                other[ready].sendall(chunk)
