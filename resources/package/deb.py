"""The Debian package: the bundle laid out as Debian wants it, and packed so that the same input gives the same bytes.

It installs into /usr alone, runs no script at installation and leaves nothing behind. Standard library, and dpkg-deb.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import re
import shutil
import subprocess
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from string import Template
from xml.sax.saxutils import escape

from resources.package.release import EPOCH, Release

NAME = "mailbox-desk"
COMPONENT = "invalid.mailbox_desk.MailboxDesk"  # the desk has no domain yet: .invalid is nobody's (RFC 2606)
MAINTAINER = "Mailbox Desk contributors <mailbox-desk@mailbox-desk.invalid>"
_HERE = Path(__file__).resolve().parent
_SVG = _HERE.parent / "icons" / "mailbox_desk.svg"
_GLIBC = re.compile(rb"\0GLIBC_(\d+)\.(\d+)(?=[.\0])")
_ELF = b"\x7fELF"


def is_possible() -> bool:
    """Whether this machine can pack for Debian."""
    return shutil.which("dpkg-deb") is not None


def build(bundle: Path, work: Path, dist: Path, release: Release, icons: Mapping[int, bytes], manual: str) -> Path:
    """Pack the folder `bundle` (program and _internal) into a .deb in `dist`.

    `work` is emptied and used; `icons`: size in pixels -> PNG; `manual`: the manual page. Raises OSError,
    subprocess.CalledProcessError.
    """
    shutil.rmtree(work, ignore_errors=True)
    lay_out(bundle, work, release, icons, manual)
    architecture = _output("dpkg", "--print-architecture")
    write_control(work, release, architecture)
    settle(work, release.moment)
    package = dist / f"{NAME}_{debian_version(release.version)}_{architecture}.deb"
    half_made = package.with_suffix(".part")
    command = ["dpkg-deb", "--root-owner-group", "-Zxz", "--build", str(work), str(half_made)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env={**os.environ, EPOCH: str(release.moment)})
    half_made.replace(package)
    return package


def debian_version(version: str) -> str:
    """A version of Python's kind as one of Debian's: what comes before a release sorts before it (1.0~rc1)."""
    return re.sub(r"\.?(a|b|rc|dev)(\d+)", r"~\1\2", version)


def lay_out(bundle: Path, root: Path, release: Release, icons: Mapping[int, bytes], manual: str) -> None:
    """All that is installed, below `root`."""
    usr, share = root / "usr", root / "usr" / "share"
    program, documents = usr / "lib" / NAME, share / "doc" / NAME
    shutil.copytree(bundle, program, symlinks=True)
    documents.mkdir(parents=True)
    shutil.move(program / "_internal" / "licenses", documents / "licenses")
    shutil.copyfile(_HERE / "copyright", documents / "copyright")
    _write(documents / "changelog.gz", _squeezed(changelog(release)))
    _write(share / "man" / "man1" / f"{NAME}.1.gz", _squeezed(manual))
    _write(share / "lintian" / "overrides" / NAME, (_HERE / "lintian-overrides").read_bytes())
    _write(share / "applications" / f"{NAME}.desktop", (_HERE / f"{NAME}.desktop").read_bytes())
    _write(share / "metainfo" / f"{COMPONENT}.metainfo.xml", metainfo(release).encode())
    _write(share / "icons" / "hicolor" / "scalable" / "apps" / f"{NAME}.svg", _SVG.read_bytes())
    unit = Template((_HERE.parent / "service" / f"{NAME}.service").read_text(encoding="utf-8"))
    command = f"/usr/bin/{NAME} watch --standby"
    _write(usr / "lib" / "systemd" / "user" / f"{NAME}.service", unit.substitute(command=command).encode())
    for size, picture in icons.items():
        _write(share / "icons" / "hicolor" / f"{size}x{size}" / "apps" / f"{NAME}.png", picture)
    (usr / "bin").mkdir()
    (usr / "bin" / NAME).symlink_to(f"../lib/{NAME}/{NAME}")


def changelog(release: Release) -> str:
    """Debian's form of it, this release alone: https://www.debian.org/doc/debian-policy/ch-source.html (4.4)."""
    items = [textwrap.fill(item, 78, initial_indent="  * ", subsequent_indent="    ") for item in release.changes]
    signed = f" -- {MAINTAINER}  {release.at.strftime('%a, %d %b %Y %H:%M:%S +0000')}"
    body = "\n".join(items)
    return f"{NAME} ({debian_version(release.version)}) stable; urgency=medium\n\n{body}\n\n{signed}\n"


def metainfo(release: Release) -> str:
    """What software centres show, by https://www.freedesktop.org/software/appstream/docs/."""
    items = "\n".join(f"          <li>{escape(item)}</li>" for item in release.changes)
    template = (_HERE / f"{NAME}.metainfo.xml").read_text(encoding="utf-8")
    return Template(template).substitute(component=COMPONENT, version=release.version, day=release.day, changes=items)


def write_control(root: Path, release: Release, architecture: str) -> None:
    """DEBIAN/control and DEBIAN/md5sums for what lies in `root`."""
    files = sorted(path for path in root.rglob("*") if path.is_file() and not path.is_symlink())
    sums = "".join(f"{_md5(path)}  {path.relative_to(root).as_posix()}\n" for path in files)
    control = Template((_HERE / "control").read_text(encoding="utf-8")).substitute(
        version=debian_version(release.version),
        architecture=architecture,
        maintainer=MAINTAINER,
        kibibytes=sum(-(-path.stat().st_size // 1024) for path in files),
        glibc=".".join(map(str, newest_glibc(root))),
    )
    _write(root / "DEBIAN" / "control", control.encode())
    _write(root / "DEBIAN" / "md5sums", sums.encode())


def newest_glibc(root: Path) -> tuple[int, int]:
    """The newest version of the C library that a binary below `root` asks for; 2.34 at least, for Qt."""
    asked = {(2, 34)}
    for path in _binaries(root):
        asked.update((int(major), int(minor)) for major, minor in _GLIBC.findall(path.read_bytes()))
    return max(asked)


def _binaries(root: Path) -> Iterator[Path]:
    for path in root.rglob("*"):
        if path.is_file() and not path.is_symlink():
            with path.open("rb") as file:
                if file.read(len(_ELF)) == _ELF:
                    yield path


def settle(root: Path, moment: int) -> None:
    """Every mode as Debian has it (only the program is run), every time `moment`."""
    program = root / "usr" / "lib" / NAME / NAME
    for path in [root, *root.rglob("*")]:
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path == program else 0o644)
        os.utime(path, (moment, moment), follow_symlinks=False)


def _write(file: Path, content: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)


def _squeezed(text: str) -> bytes:
    return gzip.compress(text.encode(), 9, mtime=0)


def _md5(path: Path) -> str:
    return hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()


def _output(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
