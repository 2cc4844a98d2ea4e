"""A person at a browser, scripted: opens a link, fills forms in, follows every redirect, keeps cookies.

It trusts the test CA and speaks http to loopback, as a browser would.
"""

from __future__ import annotations

import asyncio
import http.cookiejar
import ssl
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Final

_MOST_PAGES: Final = 12


@dataclass(frozen=True, slots=True)
class Seen:
    """The last page."""

    url: str
    status: int
    text: str
    headers: dict[str, str]


class _Form(HTMLParser):
    """The first form of a page, and the first link."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.action: str | None = None
        self.inputs: dict[str, str] = {}
        self.link = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        if tag == "form" and self.action is None:
            self.action = named.get("action", "")
        elif tag == "input" and named.get("name"):
            self.inputs[named["name"]] = named.get("value", "")
        elif tag == "a" and not self.link:
            self.link = named.get("href", "")


class Browser:
    """`login`, `password`: what the person types; `declines`: on the page "Allow access" they say no."""

    def __init__(self, context: ssl.SSLContext, login: str, password: str, *, declines: bool = False) -> None:
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}),
            urllib.request.HTTPSHandler(context=context),
            urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()),
        )
        self._typed = {"login": login, "password": password}
        self._declines = declines

    async def sign_in(self, link: str) -> Seen:
        """All the way to a page without a form."""
        return await asyncio.to_thread(self._walk, link)

    def _walk(self, link: str) -> Seen:
        seen = self._open(link)
        for _ in range(_MOST_PAGES):
            form = _Form(seen.text)
            if form.action is None or seen.status != 200:
                return seen
            if self._declines and "<h1>Allow access</h1>" in seen.text:
                seen = self._open(urllib.parse.urljoin(seen.url, form.link))
                continue
            typed = {name: self._typed.get(name, value) for name, value in form.inputs.items()}
            seen = self._open(urllib.parse.urljoin(seen.url, form.action), urllib.parse.urlencode(typed).encode())
        raise RuntimeError("the pages go round in circles")

    def _open(self, url: str, form: bytes | None = None) -> Seen:
        try:
            with self._opener.open(url, form, timeout=20) as answer:
                headers = {name.lower(): value for name, value in answer.headers.items()}
                return Seen(answer.url, answer.status, answer.read().decode(), headers)
        except urllib.error.HTTPError as error:
            with error:
                headers = {name.lower(): value for name, value in error.headers.items()}
                return Seen(error.url or url, error.code, error.read().decode(), headers)
