"""The last page in the browser: every ending has words, nothing in it is foreign, all that is foreign is escaped."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from mailbox_desk.adapters.oauth_answers import HALF
from mailbox_desk.adapters.oauth_pages import Ending, ending_of, load_frame, page
from mailbox_desk.model.check import Failure, FailureKind, Step
from mailbox_desk.model.credential import OAuthToken, Secret
from mailbox_desk.model.mark import Mark
from mailbox_desk.model.oauth import Granted, SignInFailed
from mailbox_desk.wording.catalogue import Catalogue

WORDS = Catalogue.load([], strict=True)
ANNA = "anna@example.org"


class Tags(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))


@pytest.mark.parametrize("ending", Ending)
def test_every_ending_has_a_page_that_needs_nothing_else(ending: Ending) -> None:
    text = page(load_frame(), WORDS.text, ending, wanted=ANNA, signed_in="<script>bert</script>@example.org")
    tags = Tags(text)
    assert not {tag for tag, _ in tags.seen} & {"script", "img", "link", "iframe", "form", "a", "base"}
    assert not [attrs for _, attrs in tags.seen if {"src", "href", "style"} & attrs.keys()]
    assert "://" not in text
    assert "url(" not in text
    assert not re.search(r"\$[a-z{]", text)
    assert '<html lang="en">' in text
    if ending is Ending.OTHER_ACCOUNT:
        assert "&lt;script&gt;bert&lt;/script&gt;@example.org" in text
        assert ANNA in text


def granted(address: str) -> Granted:
    return Granted(OAuthToken(Secret("r"), Secret("a"), 0.0), address)


def failed(kind: FailureKind, code: str = "", *marks: Mark) -> SignInFailed:
    return SignInFailed(Failure(HALF, Step.TOKEN, kind, "", code, frozenset(marks)))


@pytest.mark.parametrize(
    ("last", "ending"),
    [
        (granted(ANNA), Ending.GRANTED),
        (granted("Anna@Example.org"), Ending.GRANTED),
        (granted(""), Ending.GRANTED),
        (granted("bert@example.org"), Ending.OTHER_ACCOUNT),
        (failed(FailureKind.REFUSED, "access_denied"), Ending.DECLINED),
        (failed(FailureKind.REFUSED, "invalid_client"), Ending.FAILED),
        (failed(FailureKind.BROKEN, "", Mark.WRONG_ISSUER), Ending.FAILED),
        (failed(FailureKind.UNSUPPORTED, "", Mark.NO_REFRESH_TOKEN), Ending.FAILED),
        (failed(FailureKind.TEMPORARY, "temporarily_unavailable"), Ending.LATER),
        (failed(FailureKind.TIMED_OUT), Ending.LATER),
        (failed(FailureKind.UNREACHABLE, "", Mark.NAME_UNKNOWN), Ending.LATER),
    ],
)
def test_how_it_ended(last: Granted | SignInFailed, ending: Ending) -> None:
    assert ending_of(last, ANNA) is ending
