"""The licences of what the bundle carries, one text a part: Python's packages, the system's libraries, Qt, Python.

Read from where the parts were taken: the packages' own metadata, /usr/share/doc of Debian. Standard library only.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Sequence
from importlib.metadata import Distribution, distribution, packages_distributions
from pathlib import Path

OURS = "mailbox-desk"
_KEPT = Path(__file__).resolve().parent / "licences"
_LICENCE_FILE = re.compile(r"(^|/)(licen[cs]e|copying|notice|authors)[^/]*$", re.IGNORECASE)


def write_notices(folder: Path, *, modules: Iterable[str], libraries: Iterable[Path]) -> list[Path]:
    """Put them into `folder`, which is emptied first; the files, sorted.

    `modules`: dotted names of the Python modules in the bundle; `libraries`: the files its binaries were copied from.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for kept in _KEPT.glob("*.txt"):  # Qt's wheels bring no licence of their own
        shutil.copyfile(kept, folder / kept.name)
    shutil.copyfile(_KEPT.parent / "copyright", folder / f"{OURS}.txt")
    shutil.copyfile(python_licence(), folder / "Python.txt")
    found = list(libraries)
    for name in [*distributions(modules, found), "pyinstaller"]:  # its bootloader starts the program
        (folder / f"{name}.txt").write_text(notice_of(distribution(name)), encoding="utf-8")
    for package in debian_packages(found):
        copyright_file = Path("/usr/share/doc", package, "copyright")
        if copyright_file.is_file():
            shutil.copyfile(copyright_file, folder / f"debian-{package}.txt")
    return sorted(folder.iterdir())


def python_licence() -> Path:
    """The licence of the Python that is bundled. Raises FileNotFoundError."""
    places = [Path(sysconfig.get_path("stdlib"), "LICENSE.txt"), Path(sys.base_prefix, "LICENSE.txt")]
    for place in places:
        if place.is_file():
            return place
    raise FileNotFoundError(f"the licence of Python is in none of {', '.join(map(str, places))}")


def distributions(modules: Iterable[str], libraries: Iterable[Path]) -> list[str]:
    """The installed packages that these modules and binaries belong to, ours left out."""
    homes = packages_distributions()
    site = Path(sysconfig.get_path("purelib"))
    inside = [path.relative_to(site).parts[0] for path in libraries if path.is_relative_to(site)]
    tops = {name.split(".")[0] for name in [*modules, *inside]}
    namespaces = {home for top in tops for home in homes.get(top, ())}
    return sorted(name for name in namespaces if name.lower() != OURS)


def notice_of(part: Distribution) -> str:
    """Name, version, licence and the licence's whole text, as its makers ship it."""
    metadata = part.metadata
    told = metadata.get_all("License-Expression") or metadata.get_all("License") or ["see below"]
    head = f"{metadata['Name']} {metadata['Version']}\nLicence: {told[0].splitlines()[0]}\n"
    files = sorted(file for file in part.files or () if _LICENCE_FILE.search(str(file)) and ".dist-info" in str(file))
    return "\n\n".join([head, *(file.read_text(encoding="utf-8").strip() for file in files)]).strip() + "\n"


def debian_packages(libraries: Iterable[Path]) -> list[str]:
    """The Debian packages that these files came from; none where there is no dpkg."""
    if not shutil.which("dpkg-query"):
        return []
    paths = sorted({spelling for path in libraries for spelling in _spellings(path)})
    told = subprocess.run(["dpkg-query", "--search", *paths], capture_output=True, text=True, check=False).stdout
    return owners(told.splitlines())


def owners(lines: Sequence[str]) -> list[str]:
    """The package names of `dpkg-query --search`: `name:amd64: /path`, or `one, two: /path`."""
    named = (line.rsplit(": /", 1)[0] for line in lines if ": /" in line and not line.startswith("diversion "))
    return sorted({word.strip().split(":")[0] for names in named for word in names.split(",")})


def _spellings(path: Path) -> list[str]:
    """Debian 12 knows some libraries under /lib and some under /usr/lib, though both are one folder."""
    plain = str(path.resolve())
    return [str(path), plain, plain.removeprefix("/usr") if plain.startswith("/usr/lib/") else f"/usr{plain}"]
