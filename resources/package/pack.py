"""What `dev.py package` does: build the stand-alone program, see that it starts, and pack it.

Run from the checkout by the Python of .venv: `python -m resources.package.pack [--into FOLDER]`. It leaves in FOLDER
(dist) the folder mailbox-desk, an archive of it, and where dpkg-deb is there a Debian package.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import subprocess
import sys
import tarfile
from collections.abc import Sequence
from pathlib import Path

import dev
from resources.package import deb
from resources.package.icons import SIZES, png
from resources.package.man_page import man_page, read_help
from resources.package.release import EPOCH, Release, read_release
from resources.package.search_paths import NoChrpath, remove_foreign

NAME = "mailbox-desk"
_TEMPLATE = Path(__file__).resolve().parent / f"{NAME}.1"
_MISSED = re.compile(r"^(?:missing|invalid) module named (\S+) - imported by (.*)$", re.MULTILINE)
_OURS = re.compile(r"\bmailbox_desk[\w.]* \(top-level\)")


def main(arguments: Sequence[str]) -> int:
    """0 when all is packed, 2 with the reason where it is not, 130 where it was interrupted."""
    parser = argparse.ArgumentParser(prog="dev.py package", description="Build and pack the stand-alone program.")
    parser.add_argument("--into", metavar="FOLDER", type=Path, default=dev.ROOT / "dist", help="dist by default")
    parser.add_argument("--work", metavar="FOLDER", type=Path, default=dev.ROOT / "build", help=argparse.SUPPRESS)
    told = parser.parse_args(arguments)
    try:
        package(told.into.absolute(), told.work.absolute())
    except dev.Stop as reason:
        dev.say(str(reason))
        return 2
    except subprocess.CalledProcessError as failure:
        dev.say(f"That failed: {' '.join(failure.cmd)}")
        return 2
    except (OSError, ValueError) as failure:
        dev.say(f"It could not be packed: {failure}")
        return 2
    except KeyboardInterrupt:
        return 130
    return 0


def package(dist: Path, work: Path) -> None:
    """Raises Stop where a step fails."""
    release = read_release(dev.ROOT)
    os.environ.update({EPOCH: str(release.moment), "PYTHONHASHSEED": "0"})  # the same checkout, the same bytes
    builder = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN"]
    places = ["--distpath", str(dist), "--workpath", str(work)]
    dev.step(f"Building {NAME} {release.version}", [*builder, *places, str(dev.ROOT / "build.spec")])
    if missed := missed_modules((work / "build" / "warn-build.txt").read_text(encoding="utf-8")):
        raise dev.Stop(f"The build lacks what the program imports: {', '.join(missed)}")
    if dev.LINUX:
        clean(dist / NAME)
    program = dist / NAME / (f"{NAME}-cli.exe" if dev.WINDOWS else NAME)
    dev.step("Starting what was built", [str(program), "--version"])
    tell(pack_archive(dist, release))
    if deb.is_possible() and dev.LINUX:
        icons = {size: png(size) for size in SIZES}
        dev.say("Packing for Debian ...")
        tell(deb.build(dist / NAME, work / "deb", dist, release, icons, manual(program, release)))


def clean(bundle: Path) -> None:
    """Raises Stop where a library names a folder of this machine and cannot be cured of it."""
    try:
        cured = remove_foreign(bundle)
    except NoChrpath as lack:
        raise dev.Stop(str(lack)) from lack
    if cured:
        dev.say(f"  {len(cured)} libraries looked in folders of this machine; they no longer do")


def missed_modules(warnings: str) -> list[str]:
    """What our modules import without an `if` or a `try` and PyInstaller did not find or could not read."""
    return sorted({name for name, importers in _MISSED.findall(warnings) if _OURS.search(importers)})


def pack_archive(dist: Path, release: Release) -> Path:
    """An archive of the folder, the same bytes for the same content."""
    target = dist / f"{NAME}-{release.version}-{sys.platform}-{platform.machine()}.tar.xz"
    dev.say("Packing the archive ...")

    def plain(entry: tarfile.TarInfo) -> tarfile.TarInfo:
        entry.uid = entry.gid = 0
        entry.uname = entry.gname = "root"
        entry.mtime = release.moment
        return entry

    half_made = target.with_suffix(".part")
    with tarfile.open(half_made, "w:xz") as archive:  # it takes the files of a folder in order
        archive.add(dist / NAME, NAME, filter=plain)
    half_made.replace(target)
    return target


def manual(program: Path, release: Release) -> str:
    """The manual page, from the help of the program that was built."""
    main_help = help_of(program)
    commands = {name: help_of(program, name) for name, _ in read_help(main_help).commands}
    template = _TEMPLATE.read_text(encoding="utf-8")
    return man_page(template, main_help, commands, version=release.version, day=release.day)


def help_of(program: Path, *command: str) -> str:
    """Each sentence in one line: argparse wraps at COLUMNS."""
    wide = {**os.environ, "COLUMNS": "1000"}
    asked = [str(program), *command, "--help"]
    return subprocess.run(asked, capture_output=True, text=True, check=True, env=wide).stdout


def tell(packed: Path) -> None:
    """One line: the file, and its size in millions of bytes."""
    dev.say(f"  {packed}: {packed.stat().st_size / 1e6:.0f} MB")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
