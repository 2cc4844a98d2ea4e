"""What resources/package makes of a bundle: the Debian package of a tiny one, the manual page, icons and licences."""

from __future__ import annotations

import gzip
import os
import shutil
import struct
import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from resources.package import deb, icons, notices, pack, release, search_paths
from resources.package.man_page import man_page, read_help
from resources.package.release import Release

ROOT = Path(__file__).resolve().parent.parent
RELEASE = Release(
    "1.2.0rc1", 1_700_000_000, ("A first thing, with more words & signs than one line of a changelog can hold.", "Two")
)
HELP = """usage: desk [-h] [--home DIR] COMMAND ...

Does it. Without a command: the window.

positional arguments:
  COMMAND
    check     one round

options:
  -h, --help  show this help message and exit
  --home DIR  keep everything here
  --passphrase-file FILE
              .open with it
"""
CHECK_HELP = """usage: desk check [-h] [--home DIR] [--json]

options:
  -h, --help  show this help message and exit
  --home DIR  keep everything here
  --json      JSON lines
"""


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """A folder as PyInstaller leaves one, with modes and times that differ from run to run."""
    folder = tmp_path / "bundle"
    inside = folder / "_internal"
    (inside / "licenses").mkdir(parents=True)
    (inside / "licenses" / "rich.txt").write_text("MIT")
    (folder / "mailbox-desk").write_bytes(b"\x7fELF..\0GLIBC_2.38\0GLIBC_2.4\0")
    (inside / "libb.so.1").write_bytes(b"\x7fELF..\0GLIBC_2.9\0")
    (inside / "notes.txt").write_bytes(b"\0GLIBC_2.99\0")
    (inside / "libb.so").symlink_to("libb.so.1")
    (inside / "libb.so.1").chmod(0o775)
    return folder


def packed(bundle: Path, tmp_path: Path, name: str) -> Path:
    dist = tmp_path / name
    dist.mkdir()
    return deb.build(bundle, tmp_path / f"{name}-work", dist, RELEASE, {16: icons.png(16)}, "the page")


def unpacked(package: Path, folder: Path) -> Path:
    subprocess.run(["dpkg-deb", "-R", str(package), str(folder)], check=True)
    return folder


def test_a_package_lies_in_usr_alone_and_belongs_to_root(bundle: Path, tmp_path: Path) -> None:
    package = packed(bundle, tmp_path, "dist")
    listing = subprocess.run(["dpkg-deb", "-c", str(package)], capture_output=True, text=True, check=True).stdout
    lines = [line.split() for line in listing.splitlines()]
    modes = {line[5]: line[0] for line in lines}
    assert {line[1] for line in lines} == {"root/root"}
    assert all(name == "./" or name.startswith("./usr/") for name in modes)
    assert modes["./usr/lib/mailbox-desk/mailbox-desk"] == "-rwxr-xr-x"
    assert modes["./usr/lib/mailbox-desk/_internal/libb.so.1"] == "-rw-r--r--"
    assert "./usr/share/doc/mailbox-desk/licenses/rich.txt" in modes
    assert "./usr/lib/mailbox-desk/_internal/licenses/" not in modes
    assert package.name.startswith("mailbox-desk_1.2.0~rc1_")


def test_what_it_installs_is_what_it_links_to(bundle: Path, tmp_path: Path) -> None:
    root = unpacked(packed(bundle, tmp_path, "dist"), tmp_path / "root")
    assert (root / "usr/bin/mailbox-desk").resolve() == root / "usr/lib/mailbox-desk/mailbox-desk"
    assert (root / "usr/lib/mailbox-desk/_internal/libb.so").resolve().is_file()
    assert sorted(path.name for path in (root / "DEBIAN").iterdir()) == ["control", "md5sums"]
    unit = (root / "usr/lib/systemd/user/mailbox-desk.service").read_text()
    assert "ExecStart=/usr/bin/mailbox-desk watch --standby\n" in unit
    subprocess.run(["md5sum", "--check", "--strict", "--quiet", "DEBIAN/md5sums"], cwd=root, check=True)
    shown = gzip.decompress((root / "usr/share/doc/mailbox-desk/changelog.gz").read_bytes()).decode()
    assert shown.startswith("mailbox-desk (1.2.0~rc1) stable; urgency=medium\n\n  * A first thing,")
    assert shown.endswith("  Tue, 14 Nov 2023 22:13:20 +0000\n")
    assert max(map(len, shown.splitlines()[:-1])) <= 80


def test_it_asks_for_the_c_library_that_its_binaries_ask_for(bundle: Path, tmp_path: Path) -> None:
    root = unpacked(packed(bundle, tmp_path, "dist"), tmp_path / "root")
    control = (root / "DEBIAN/control").read_text(encoding="utf-8")
    assert "Depends: libc6 (>= 2.38), " in control
    assert "ca-certificates" in control
    assert "$" not in control
    shutil.rmtree(root / "usr/lib")
    assert deb.newest_glibc(root) == (2, 34)


def test_the_same_bundle_gives_the_same_bytes(bundle: Path, tmp_path: Path) -> None:
    first = packed(bundle, tmp_path, "first").read_bytes()
    copy = tmp_path / "copy"
    shutil.copytree(bundle, copy, symlinks=True, copy_function=shutil.copyfile)
    assert packed(copy, tmp_path, "second").read_bytes() == first


def test_desktops_and_software_centres_accept_it(bundle: Path, tmp_path: Path) -> None:
    root = unpacked(packed(bundle, tmp_path, "dist"), tmp_path / "root")
    for command in (
        ("desktop-file-validate", "usr/share/applications/mailbox-desk.desktop"),
        ("appstreamcli", "validate", "--no-net", "usr/share/metainfo/invalid.mailbox_desk.MailboxDesk.metainfo.xml"),
        ("appstreamcli", "validate-tree", "--no-net", "."),
    ):
        said = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
        assert said.returncode == 0, said.stdout + said.stderr


def test_the_window_is_known_by_the_name_of_its_entry() -> None:
    """Else a panel shows it without name and icon, and a notification without its program."""
    source = (ROOT / "mailbox_desk/ui/main.py").read_text(encoding="utf-8")
    entry = (ROOT / "resources/package/mailbox-desk.desktop").read_text(encoding="utf-8")
    assert f'setDesktopFileName("{deb.NAME}")' in source
    assert f"StartupWMClass={deb.NAME}\n" in entry


@pytest.mark.parametrize(
    ("python", "debian"),
    [("1.0.0", "1.0.0"), ("1.0.0rc2", "1.0.0~rc2"), ("1.0b1", "1.0~b1"), ("1.0.dev3", "1.0~dev3")],
)
def test_what_comes_before_a_release_sorts_before_it(python: str, debian: str) -> None:
    assert deb.debian_version(python) == debian


def test_the_release_is_read_off_the_checkout() -> None:
    found = release.read_release(ROOT, {release.EPOCH: "86400"})
    assert (found.moment, found.day) == (86400, "1970-01-02")
    assert len(found.changes) > 3
    assert not any("`" in item or "\n" in item for item in found.changes)
    with pytest.raises(ValueError, match=r"no section for 9\.9"):
        release.changes_of("9.9", "## [1.0]\n- x\n")
    assert release.changes_of("1.0", "## [1.0] - then\n- `x`\n  y\n- z\n\n## [0.9]\n- old\n") == ("x y", "z")


def test_the_version_is_found_wherever_the_project_keeps_it(tmp_path: Path) -> None:
    project, holder = tmp_path / "pyproject.toml", tmp_path / "held.py"
    project.write_text('[project]\nversion = "1.2"\n', encoding="utf-8")
    assert release.version_of(tmp_path) == "1.2"
    project.write_text('[project]\ndynamic = ["version"]\n[tool.hatch.version]\npath = "held.py"\n', encoding="utf-8")
    holder.write_text('"""Holds it."""\n__version__ = "1.3"\n', encoding="utf-8")
    assert release.version_of(tmp_path) == "1.3"
    holder.write_text("", encoding="utf-8")
    with pytest.raises(ValueError, match="holds no version"):
        release.version_of(tmp_path)


def test_without_git_the_changelog_tells_the_moment(tmp_path: Path) -> None:
    (tmp_path / "CHANGELOG.md").touch()
    os.utime(tmp_path / "CHANGELOG.md", (77, 77))
    assert release.moment_of(tmp_path, {}) == 77


def test_the_manual_page_says_what_help_says() -> None:
    page = man_page("$synopsis\n$description\n$options\n$commands", HELP, {"check": CHECK_HELP}, version="1", day="x")
    assert page == "\n".join(
        [
            r"\fBdesk\fR [\-\-home \fIDIR\fR] \fICOMMAND\fR ...",
            ".br",
            r"\fBdesk\fR check [\-\-home \fIDIR\fR] [\-\-json]",
            "Does it. Without a command: the window.",
            ".TP",
            r"\fB\-\-home \fIDIR\fB\fR",
            "Keep everything here.",
            ".TP",
            r"\fB\-\-passphrase\-file \fIFILE\fB\fR",
            r"\&.open with it.",
            ".SS check",
            "One round.",
            ".TP",
            r"\fB\-\-json\fR",
            r"JSON lines.",
        ]
    )


@pytest.mark.parametrize("text", ["", "no help", "usage: a\n       b\n\nx"])
def test_what_is_no_help_makes_no_page(text: str) -> None:
    with pytest.raises(ValueError, match="no help"):
        read_help(text)


def test_icons_are_drawn_at_their_size() -> None:
    for size in icons.SIZES:
        picture = QImage.fromData(icons.png(size))
        assert (picture.width(), picture.height()) == (size, size)
        assert picture.pixelColor(0, 0).alpha() == 0
        assert picture.pixelColor(size // 5, size // 2).blue() > 150


def test_the_icon_of_windows_is_read_by_qt(tmp_path: Path) -> None:
    file = icons.write_windows_icon(tmp_path)
    assert struct.unpack_from("<HHH", file.read_bytes()) == (0, 1, 6)
    assert not QImage(str(file)).isNull()


def test_each_part_brings_its_licence(tmp_path: Path) -> None:
    purelib = Path(sys.prefix, "lib", f"python{sys.version_info[0]}.{sys.version_info[1]}", "site-packages")
    found = notices.write_notices(
        tmp_path / "licenses",
        modules=["rich.table", "json", "mailbox_desk.paths"],
        libraries=[purelib / "PySide6" / "Qt" / "lib" / "libQt6Core.so.6"],
    )
    names = {file.name for file in found}
    assert {
        "rich.txt",
        "PySide6_Essentials.txt",
        "LGPL-3.txt",
        "GPL-3.txt",
        "ICU.txt",
        "Python.txt",
        "pyinstaller.txt",
    } <= names
    assert "put a build of your own" in (tmp_path / "licenses" / "mailbox-desk.txt").read_text(encoding="utf-8")
    assert "Permission is hereby granted" in (tmp_path / "licenses" / "rich.txt").read_text(encoding="utf-8")
    assert notices.notice_of(distribution("keyring")).startswith("keyring ")


def test_a_library_is_traced_to_its_debian_package() -> None:
    told = ["libx11-6:amd64: /usr/lib/x/libX11.so.6", "a, b:i386: /usr/share/z", "diversion by q from: /bin/x", "junk"]
    assert notices.owners(told) == ["a", "b", "libx11-6"]
    assert notices.debian_packages([Path("/bin/dpkg")]) == ["dpkg"]


def test_folders_of_this_machine_are_told_from_the_bundles_own() -> None:
    lines = [
        " 0x1 (RUNPATH) Library runpath: [/srv/build/lib]",
        "File: /b.so",
        " 0x1 (RUNPATH) Library runpath: [$ORIGIN/../lib:$ORIGIN]",
        "File: /c.so",
        " 0x1 (RPATH) Library rpath: [$ORIGIN:/opt]",
        "File: /d.so",
        " 0x1 (NEEDED) Shared library: [libc.so.6]",
    ]
    assert search_paths.foreign(lines, "/a.so") == ["/a.so", "/c.so"]


def test_a_bundle_that_lacks_a_module_is_not_packed() -> None:
    warnings = """
missing module named msvcrt - imported by subprocess (optional), asyncio.windows_events (top-level)
missing module named truststore - imported by mailbox_desk.adapters.trust (conditional)
missing module named dns - imported by mailbox_desk.adapters.discovery (top-level), dns (top-level)
invalid module named mailbox_desk.wiring - imported by mailbox_desk.cli.main (top-level)
"""
    assert pack.missed_modules(warnings) == ["dns", "mailbox_desk.wiring"]


def test_the_bundle_carries_every_folder_of_resources_but_its_tools() -> None:
    """A folder added later is not forgotten."""
    spec = (ROOT / "build.spec").read_text(encoding="utf-8")
    there = {path.name for path in (ROOT / "resources").iterdir() if path.is_dir() and path.name != "__pycache__"}
    carried = spec.split("RESOURCES = (")[1].split(")")[0]
    assert {name for name in there if f'"{name}"' not in carried} == {"package"}
    files = [path.name for path in (ROOT / "resources").iterdir() if path.is_file()]
    assert all(f'"resources/{name}"' in spec for name in files), files
