"""Looks for a secret in every form that a careless program would leave it in."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from urllib.parse import quote, quote_plus

_LONG = 40
_LOOK_EVERY = 0.15


def disguises(secret: str, user: str) -> dict[str, bytes]:
    """The secret as it may lie about: name of the form -> bytes."""
    plain = secret.encode()
    forms = {
        "clear": plain,
        "utf-16-le": secret.encode("utf-16-le"),
        "utf-16-be": secret.encode("utf-16-be"),
        "url": quote(secret, safe="").encode(),
        "url, blanks as +": quote_plus(secret).encode(),
        "url, slash kept": quote(secret).encode(),
        "json": json.dumps(secret)[1:-1].encode(),
        "sasl plain": base64.b64encode(f"\0{user}\0{secret}".encode()).rstrip(b"="),
        "sasl plain with authzid": base64.b64encode(f"{user}\0{user}\0{secret}".encode()).rstrip(b"="),
        "hex": plain.hex().encode(),
        "sasl xoauth2": base64.b64encode(f"user={user}\1auth=Bearer {secret}\1\1".encode()).rstrip(b"="),
        "sasl oauthbearer": base64.b64encode(f"n,a={user},\1auth=Bearer {secret}\1\1".encode()).rstrip(b"="),
        "basic": _inside_of_base64(quote(secret, safe="").encode(), 0),
    }
    forms |= {f"base64, shifted {shift}": _inside_of_base64(plain, shift) for shift in range(3)}
    if len(secret) >= _LONG:  # a page of a store may end amid it
        half = len(plain) // 2
        forms |= {"first half": plain[:half], "second half": plain[half:]}
    return forms


def _inside_of_base64(plain: bytes, shift: int) -> bytes:
    """What of it stands in the base64 of a longer text: what is before it moves the letters."""
    letters = base64.b64encode(b"\0" * shift + plain)
    return letters[shift + 1 if shift else 0 : (len(plain) + shift) // 3 * 4]


def found_in(places: Iterable[tuple[str, bytes]], secrets: dict[str, str]) -> list[str]:
    """`secrets`: secret -> its user. Where, and in which form, any of them was found."""
    needles = [(name, form) for secret, user in secrets.items() for name, form in disguises(secret, user).items()]
    return [f"{place}: {name}" for place, content in places for name, form in needles if form in content]


def files_under(folder: Path) -> Iterator[tuple[str, bytes]]:
    """All of them; what goes away meanwhile is none."""
    for path in folder.rglob("*"):
        with suppress(FileNotFoundError):
            if path.is_file():
                yield str(path), path.read_bytes()


def of_process(pid: int) -> Iterator[tuple[str, bytes]]:
    """Command line and environment of a process and of all its children."""
    folder = Path(f"/proc/{pid}")
    for name in ("cmdline", "environ"):
        yield str(folder / name), (folder / name).read_bytes()
    for children in folder.glob("task/*/children"):
        for child in children.read_text().split():
            yield from of_process(int(child))


class ProcessWatch:
    """While it is entered, what all processes of this computer show of themselves is kept: command lines of everybody
    (a helper may live for moments only), environments of the watched process and of its children."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._seen: dict[bytes, str] = {}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look_on, daemon=True)

    def __enter__(self) -> ProcessWatch:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def places(self, *, but: bytes = b"") -> list[tuple[str, bytes]]:
        """What was seen, once each; without what holds `but`."""
        return [(place, shown) for shown, place in self._seen.items() if not but or but not in shown]

    def _look_on(self) -> None:
        while not self._over.wait(_LOOK_EVERY):
            for folder in Path("/proc").glob("[0-9]*"):
                self._look(folder / "cmdline")
            with suppress(OSError):
                self._seen.update((shown, place) for place, shown in of_process(self._pid))

    def _look(self, file: Path) -> None:
        with suppress(OSError):
            shown = file.read_bytes()
            self._seen[shown] = f"{file}: {shown[:60]!r}"
