"""Looks for a secret in every form that a careless program would leave it in."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote, quote_plus


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
    }
    for shift in range(3):  # base64 of the secret inside a longer text: what stands before it moves the letters
        letters = base64.b64encode(b"\0" * shift + plain)
        forms[f"base64, shifted {shift}"] = letters[shift + 1 if shift else 0 : (len(plain) + shift) // 3 * 4]
    return forms


def found_in(places: Iterable[tuple[str, bytes]], secrets: dict[str, str]) -> list[str]:
    """`secrets`: secret -> its user. Where, and in which form, any of them was found."""
    needles = [(name, form) for secret, user in secrets.items() for name, form in disguises(secret, user).items()]
    return [f"{place}: {name}" for place, content in places for name, form in needles if form in content]


def files_under(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in folder.rglob("*"):
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
