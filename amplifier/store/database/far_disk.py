"""Whether a database's file lies on a file system of the network, where SQLite's locks do not hold; needs no Django."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

MOUNTS = Path("/proc/self/mountinfo")
# As Linux names them.
REMOTE = frozenset(
    {"afs", "auristorfs", "beegfs", "ceph", "cifs", "coda", "davfs", "glusterfs", "gpfs", "lustre", "ncpfs"}
    | {"nfs", "nfs4", "orangefs", "pvfs2", "smb3", "smbfs"}
)
# Folders that a virtual machine shares with its host. The machine's own programs see each other's locks there, and most
# of these map shared memory among them, which is what SQLite needs; but neither side sees the other's, and nothing
# tells whether somebody opens the file there. So they count as a network's: docs/running.md.
SHARED = frozenset({"9p", "fakeowner", "prl_fs", "vboxsf", "virtiofs", "vmhgfs"})
SHARED_FUSE = frozenset({"grpcfuse", "osxfs", "prl_fsd", "vmhgfs-fuse"})
REMOTE_FUSE = frozenset(
    {"afpfs", "blobfuse", "blobfuse2", "ceph", "ceph-fuse", "curlftpfs", "davfs", "davfs2", "gcsfuse", "glusterfs"}
    | {"goofys", "google-drive-ocamlfuse", "gvfsd-fuse", "juicefs", "JuiceFS", "mfs", "mount-s3", "mountpoint-s3"}
    | {"onedriver", "rclone", "s3fs", "s3ql", "seaweedfs", "smbnetfs", "sshfs"}
)
# What one that is not listed mounts from elsewhere: //host/share, host:/folder, https://host/
ELSEWHERE = re.compile(r"//|[a-z][a-z0-9+.-]*://|[^/\s]+:/")
ESCAPED = re.compile(r"\\([0-7]{3})")


@dataclass(frozen=True)
class Mount:
    """One line of mountinfo: where it hangs, of which kind it is, and what is mounted there."""

    point: PurePosixPath
    kind: str
    source: str

    @property
    def is_remote(self) -> bool:
        """Whether another computer has the files, by its kind, or by its source where we do not know the kind."""
        driver = self.kind.partition(".")[2]
        known = self.kind in REMOTE or driver in REMOTE_FUSE or is_shared(self.kind)
        return known or ELSEWHERE.match(self.source) is not None


def mounts(mountinfo: str) -> tuple[Mount, ...]:
    """What is mounted, by this text of /proc/self/mountinfo; a line that makes no sense is none."""
    found = []
    for line in mountinfo.splitlines():
        before, _, after = line.partition(" - ")
        where, what = before.split(" "), after.split(" ")
        if len(where) > 4 and len(what) > 1:
            found.append(Mount(PurePosixPath(_plain(where[4])), what[0], _plain(what[1])))
    return tuple(found)


def mount_of(mountinfo: str, path: PurePosixPath) -> Mount | None:
    """The one that holds this path (absolute, without links): the deepest, and of two in one place the later."""
    above = [one for one in mounts(mountinfo) if path.is_relative_to(one.point)]
    return max(reversed(above), key=lambda one: len(one.point.parts), default=None)


def is_shared(kind: str) -> bool:
    """Whether a virtual machine and its host have such a folder together."""
    return kind in SHARED or kind.partition(".")[2] in SHARED_FUSE


def kind_of_far_disk(file: Path | None) -> str:
    """The kind of network file system on which this database's file lies, or would lie; empty if on none.

    Empty, too, where the database is a server (None), or the system has no such list.
    """
    if file is None:
        return ""
    path = PurePosixPath(os.path.realpath(file))  # which also wakes an automounter, so that the list has it
    with suppress(OSError):
        held = mount_of(os.fsdecode(MOUNTS.read_bytes()), path)
        return held.kind if held and held.is_remote else ""
    return ""


def far(kind: str) -> tuple[str, str]:
    """What is the matter with a data folder on this kind of file system, and what to do."""
    where = (
        f"This data folder is shared by a virtual machine and its host ({kind}), and neither sees the other's locks"
        if is_shared(kind)
        else f"This data folder is on a network file system ({kind}), where SQLite's locks do not hold"
    )
    said = f"{where}: two processes may write at once, the database be damaged, and a post go out twice."
    return said, (
        "Give the command on the computer whose disk it is; or choose a folder on a disk of this one (--var FOLDER), "
        "or a PostgreSQL (docs/running.md)."
    )


def _plain(word: str) -> str:
    """A name as it is; the kernel writes spaces, line ends and backslashes as octal numbers."""
    return ESCAPED.sub(lambda found: chr(int(found[1], 8)), word)
