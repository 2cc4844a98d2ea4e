"""Compiles every catalogue: `python resources/locale/compile.py [--check]`. Needs babel; --check writes nothing and
exits 1 where a .mo is missing or older than its .po."""

from __future__ import annotations

import argparse
import io
import sys
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

_HERE = Path(__file__).resolve().parent
_NO_DATE = datetime(2026, 1, 1, tzinfo=UTC)  # the same .po must give the same .mo at any time


def main() -> int:
    parser = argparse.ArgumentParser(description="Compile the catalogues.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 where a .mo is not current")
    checks_only = parser.parse_args().check
    stale = compile_catalogues(_HERE, writes=not checks_only)
    for file in stale:
        sys.stdout.write(f"{'stale' if checks_only else 'compiled'}: {file.relative_to(_HERE)}\n")
    return 1 if checks_only and stale else 0


def compile_catalogues(folder: Path, *, writes: bool) -> list[Path]:
    """The .mo files that were not current; with `writes` they are now."""
    stale = []
    for source in sorted(folder.rglob("*.po")):
        target, wanted = source.with_suffix(".mo"), compiled(source)
        if not target.is_file() or target.read_bytes() != wanted:
            stale.append(target)
            if writes:
                target.write_bytes(wanted)
    return stale


def compiled(source: Path) -> bytes:
    """The bytes of the .mo that belong to a .po. Raises ValueError where the .po is broken."""
    with source.open("rb") as file:
        catalogue = read_po(file, abort_invalid=True)
    catalogue.creation_date = catalogue.revision_date = _NO_DATE
    buffer = io.BytesIO()
    write_mo(buffer, catalogue)
    return buffer.getvalue()


if __name__ == "__main__":
    sys.exit(main())
