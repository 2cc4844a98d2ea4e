from __future__ import annotations

from dataclasses import replace

import pytest

from mailbox_desk.model.cause import Cause
from mailbox_desk.model.mailbox import AuthKind
from mailbox_desk.model.oauth import GrantLife
from mailbox_desk.model.verdict import Verdict
from mailbox_desk.ui.offers import Offer
from mailbox_desk.ui.pane_story import story_of
from mailbox_desk.ui.provider_pages import Page, ProviderPages
from mailbox_desk.wording import Wording
from tests.ui.causes import dropped
from tests.ui.samples import NOW, snapshot

PAGES = ProviderPages("Google", app_password="https://a/", account="https://b/", status="https://c/", help="https://d/")


@pytest.mark.parametrize("cause", Cause)
def test_a_version_alone_is_no_other_story(words: Wording, cause: Cause) -> None:
    shown = dropped(cause)
    assert story_of(shown, words, NOW, "Google", PAGES) == story_of(
        replace(shown, version=9), words, NOW, "Google", PAGES
    )


def test_what_works_has_little_to_say(words: Wording) -> None:
    story = story_of(snapshot("a"), words, NOW, "Google", PAGES)
    assert (story.badge, story.down_for, story.because, story.server, story.others) == ("", "", (), "", ())
    assert (story.bright, story.link, story.helped) == (Offer.NOTHING, None, None)
    assert story.meanwhile


def test_a_doubt_is_not_counted_as_down(words: Wording) -> None:
    doubt = snapshot("a", Verdict.SUSPECT, Cause.NETWORK_UNREACHABLE)
    assert story_of(doubt, words, NOW, "").down_for == ""


def test_a_veil_has_its_own_help_and_no_link(words: Wording) -> None:
    story = story_of(dropped(Cause.VAULT_LOCKED), words, NOW, "Google", PAGES)
    assert (story.helped, story.link, story.bright) == (Cause.VAULT_LOCKED, None, Offer.UNLOCK)


def test_the_link_is_that_of_the_cause(words: Wording) -> None:
    story = story_of(dropped(Cause.PROVIDER_OUTAGE), words, NOW, "Google", PAGES)
    assert story.link is not None
    assert story.link.page is Page.STATUS


def test_what_only_rules_something_out_stands_apart(words: Wording) -> None:
    story = story_of(dropped(Cause.CREDENTIALS_REJECTED), words, NOW, "Google", PAGES)
    assert story.ruled_out == "Ruled out: the server (22 other mailboxes there work); the network and the certificate"
    assert len(story.because) == 3
    assert not any("certificate" in reason for reason in story.because)


def test_how_long_a_sign_in_lasts_stands_in_the_pane(words: Wording) -> None:
    shown = replace(snapshot("a"), grant=GrantLife(NOW - 12 * 86_400, NOW + 80 * 86_400))
    assert story_of(shown, words, NOW, "").signed_in.startswith("Signed in 12 days ago.")
    assert story_of(snapshot("a"), words, NOW, "").signed_in == ""


def test_what_went_wrong_in_the_desk_is_said_beside_what_it_does(words: Wording) -> None:
    plain = story_of(snapshot("a"), words, NOW, "Google").meanwhile
    warned = replace(snapshot("a"), warnings=("store_failed", "watch_restarted"))
    said = story_of(warned, words, NOW, "Google").meanwhile.splitlines()
    assert said == [plain, words.warning("store_failed"), words.warning("watch_restarted")]


def test_who_signs_in_at_the_provider_is_not_sent_for_an_app_password(words: Wording) -> None:
    shown = dropped(Cause.TOKEN_REVOKED)
    signs_in = replace(shown, mailbox=replace(shown.mailbox, auth=AuthKind.OAUTH))
    pages = ProviderPages("Google", app_password="https://a.test/", account="https://b.test/")
    told = story_of(signs_in, words, NOW, "Google", pages)
    assert told.link is not None
    assert told.link.page is Page.ACCOUNT
    assert "password" not in f"{told.todo} {told.meanwhile} {told.badge}".lower()
