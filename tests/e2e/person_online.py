"""The person's web browser in the tests of the window: what `xdg-open` starts. It walks through the provider's pages as
`persona.json` says: as whom ("" as the link hints), saying no, or never coming back."""

from __future__ import annotations

import asyncio
import json
import ssl
import sys
import urllib.parse
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.servers.browser import Browser


def browse(folder: Path, link: str) -> None:
    with (folder / "links").open("a", encoding="utf-8") as links:
        links.write(f"{link}\n")
    persona = json.loads((folder / "persona.json").read_text())
    if persona.get("stays_away"):
        return
    hint = urllib.parse.parse_qs(urllib.parse.urlsplit(link).query).get("login_hint", [""])[0]
    login = persona.get("login") or hint
    context = ssl.create_default_context(cafile=str(folder / "ca.pem"))
    browser = Browser(context, login, persona["passwords"][login], declines=bool(persona.get("declines")))
    seen = asyncio.run(browser.sign_in(link))
    (folder / "last_page.html").write_text(seen.text, encoding="utf-8")


if __name__ == "__main__":
    browse(Path(sys.argv[1]), sys.argv[2])
