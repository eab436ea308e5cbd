"""SQLite on a network file system is known by what the kernel says is mounted; local disks of every kind pass."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath

import pytest

from amplifier.install import DATABASE
from amplifier.store.database import far_disk
from amplifier.store.database.far_disk import far, kind_of_far_disk, mount_of

ROOT = "27 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard"
DOCKER = "612 500 0:51 / / rw,relatime master:200 - overlay overlay rw,lowerdir=/a,upperdir=/b,workdir=/c"
VAR = PurePosixPath("/srv/campaign/var/live/amplifier.sqlite3")


def mounted(kind: str, source: str, point: str = "/srv/campaign", *, optional: str = "shared:31 ") -> str:
    return f"90 27 0:60 / {point} rw,relatime {optional}- {kind} {source} rw,vers=4.2"


def is_remote(*lines: str, path: PurePosixPath = VAR) -> bool | None:
    held = mount_of("\n".join(lines) + "\n", path)
    return held and held.is_remote


@pytest.mark.parametrize(
    ("kind", "source"),
    [
        ("nfs", "files:/campaign"),
        ("nfs4", "files:/campaign"),
        ("cifs", "//files/campaign"),
        ("smb3", "//files/campaign"),
        ("smbfs", "//files/campaign"),
        ("9p", "C:\\134"),
        ("virtiofs", "campaign"),
        ("fakeowner", "/run/host_mark/Users"),
        ("fuse.grpcfuse", "grpcfuse"),
        ("afs", "AFS"),
        ("ceph", "10.0.0.4:6789:/"),
        ("glusterfs", "files:/campaign"),
        ("vboxsf", "campaign"),
        ("fuse.sshfs", "ola@files:/campaign"),
        ("fuse.glusterfs", "files:/campaign"),
        ("fuse.ceph-fuse", "ceph-fuse"),
        ("fuse.rclone", "drive:"),
        ("fuse.s3fs", "s3fs"),
        ("fuse", "https://dav.example/campaign"),
        ("fuse.nobody-knows-it", "ola@files:/campaign"),
        ("fuse.nobody-knows-it", "//files/campaign"),
    ],
)
def test_what_another_computer_keeps_is_known(kind: str, source: str) -> None:
    assert is_remote(ROOT, mounted(kind, source))


@pytest.mark.parametrize(
    ("kind", "source"),
    [
        ("ext4", "/dev/sdb1"),
        ("xfs", "/dev/mapper/data-campaign"),
        ("btrfs", "/dev/sdb1"),
        ("zfs", "tank/campaign"),
        ("tmpfs", "tmpfs"),
        ("overlay", "overlay"),
        ("fuseblk", "/dev/sdb1"),
        ("fuse.fuse-overlayfs", "fuse-overlayfs"),
        ("fuse.gocryptfs", "/srv/sealed"),
        ("fuse.mergerfs", "1:2"),
        ("fuse.bindfs", "/srv/files:/campaign"),
    ],
)
def test_a_disk_of_this_computer_is_none_of_them(kind: str, source: str) -> None:
    assert is_remote(ROOT, mounted(kind, source)) is False


def test_the_deepest_mount_holds_and_of_two_in_one_place_the_later() -> None:
    nfs, inner = mounted("nfs4", "files:/srv", "/srv"), mounted("ext4", "/dev/sdb1", "/srv/campaign/var")
    assert is_remote(ROOT, nfs, inner) is is_remote(inner, ROOT, nfs) is False
    assert is_remote(ROOT, mounted("ext4", "/dev/sdb1"), mounted("nfs4", "files:/srv"))
    assert is_remote(ROOT, mounted("autofs", "systemd-1"), mounted("nfs4", "files:/srv"))
    assert is_remote(ROOT, mounted("nfs4", "files:/srv"), mounted("ext4", "/dev/sdb1")) is False


def test_a_name_that_only_begins_alike_is_another_folder() -> None:
    assert is_remote(ROOT, mounted("nfs4", "files:/srv", "/srv/camp")) is False


def test_a_container_on_its_overlay_passes_and_its_volume_from_a_server_does_not() -> None:
    data = PurePosixPath("/app/var/live/amplifier.sqlite3")
    assert is_remote(DOCKER, path=data) is False
    volume = mounted("nfs4", ":/exports/campaign", "/app/var", optional="")
    assert is_remote(DOCKER, volume, path=data)
    assert (
        is_remote(DOCKER, mounted("ext4", "/dev/vda1", "/app/var", optional="master:1 propagate_from:2 "), path=data)
        is False
    )


def test_names_with_spaces_and_lines_that_make_no_sense_are_read() -> None:
    point = "/srv/our\\040campaign\\134s"
    path = PurePosixPath("/srv/our campaign\\s/var/amplifier.sqlite3")
    assert is_remote(ROOT, "", "nothing - ", mounted("cifs", "//files/our\\040campaign", point), path=path)
    assert is_remote("", "no sense") is None


@pytest.fixture
def far_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that the kernel's list, as we read it, has on a file server."""
    folder, listed = tmp_path / "far", tmp_path / "mountinfo"
    folder.mkdir()
    listed.write_text("\n".join([ROOT, mounted("nfs4", "files:/campaign", str(folder.resolve()))]) + "\n")
    monkeypatch.setattr(far_disk, "MOUNTS", listed)
    return folder


def test_a_link_is_followed_to_where_the_file_is(far_away: Path, tmp_path: Path) -> None:
    near = tmp_path / "near"
    near.mkdir()
    assert kind_of_far_disk(near / DATABASE) == ""
    assert kind_of_far_disk(far_away / DATABASE) == "nfs4"
    assert kind_of_far_disk(far_away / "not" / "made" / "yet" / DATABASE) == "nfs4"
    (tmp_path / "led").symlink_to(far_away)
    assert kind_of_far_disk(tmp_path / "led" / DATABASE) == "nfs4"
    (near / DATABASE).symlink_to(far_away / DATABASE)
    assert kind_of_far_disk(near / DATABASE) == "nfs4"


def test_a_server_is_none_of_this() -> None:
    assert kind_of_far_disk(None) == ""


def test_what_a_machine_shares_with_its_host_is_told_as_that() -> None:
    assert (
        "shared by a virtual machine and its host (virtiofs), and neither sees the other's locks" in far("virtiofs")[0]
    )
    assert "shared by a virtual machine and its host (fuse.osxfs)" in far("fuse.osxfs")[0]
    assert "on a network file system (fuse.sshfs), where SQLite's locks do not hold" in far("fuse.sshfs")[0]


def test_a_system_without_such_a_list_refuses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(far_disk, "MOUNTS", tmp_path / "not there")
    assert kind_of_far_disk(tmp_path / DATABASE) == ""


@pytest.mark.skipif(not far_disk.MOUNTS.exists(), reason="the list of mounts is Linux's")
def test_the_disks_of_this_very_computer_pass(tmp_path: Path) -> None:
    shared_memory = Path("/dev/shm")
    for folder in (tmp_path, *([shared_memory] if os.access(shared_memory, os.R_OK) else [])):
        assert kind_of_far_disk(folder / DATABASE) == "", folder
