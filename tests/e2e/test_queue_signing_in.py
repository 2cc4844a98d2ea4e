"""Reconnect all, with both sorts in one queue: twenty mailboxes whose grants, given by a real provider, are taken away
there, and ten whose passwords were changed. Each sign-in is one press and a walk through the provider's pages; the
passwords are pasted at once. Every one is proved by a real server in both halves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from mailbox_desk.adapters.first_rows import read_first_rows
from mailbox_desk.paths import Home
from tests.e2e.flow_desk import WORDS
from tests.e2e.oauth_desk import OAuthLab, mail_password, oauth_lab
from tests.e2e.real_grants import real_grants
from tests.e2e.screen import Person
from tests.e2e.test_window import desk, ended
from tests.servers.secret_service import SecretService

SIGNING_IN = tuple(f"grant{place:02}@north.example" for place in range(20))
PASSWORDS = tuple(f"secret{place:02}@south.example" for place in range(10))
ALL = len(SIGNING_IN) + len(PASSWORDS)
BRIEF = 45
"""Seconds that an access token lives at first: every check renews it."""


@pytest.fixture
def lab(ca: trustme.CA, tmp_path: Path) -> Iterator[OAuthLab]:
    with oauth_lab(ca, tmp_path / "online", [*SIGNING_IN, *PASSWORDS], access_seconds=BRIEF) as made:
        yield made


@pytest.fixture
def person(lab: OAuthLab) -> Iterator[Person]:
    with SecretService() as keyring:
        keyring.start()
        with Person(keyring.env) as made:
            lab.give_browser(made)
            yield made


def causes(home: Path) -> Counter[str | None]:
    """What ails the mailboxes of this home, as it is kept; None: nothing."""
    return Counter(row.cause for row in read_first_rows(Home(home)))


@pytest.mark.long
@pytest.mark.timeout(540)  # twenty walks through a provider's pages
async def test_twenty_sign_ins_and_ten_passwords(person: Person, lab: OAuthLab, tmp_path: Path) -> None:
    grants, log = await real_grants(lab, SIGNING_IN), tmp_path / "log"
    home = lab.fill_home(person, tmp_path / "home", SIGNING_IN, PASSWORDS, grants=grants)
    with desk(person, home, lab.mail, log) as process:
        person.sees(WORDS.plural("ui.summary.needs_you", len(PASSWORDS)), seconds=60)
        person._until(
            lambda: causes(home) == {None: 20, "credentials_rejected": 10}, "twenty are not green", seconds=60
        )
        for address in SIGNING_IN:
            lab.provider.order("revoke", user=address)
        person.presses("shift+F5")
        person.sees(WORDS.plural("ui.summary.needs_you", ALL), seconds=90)
        lab.provider.order("life", seconds=3600)
        assert causes(home) == {"token_revoked": 20, "credentials_rejected": 10}
        assert lab.links() == []
        person.presses("ctrl+shift+r")
        person.sees(WORDS.text("queue.how_far", done=0, count=ALL), seconds=60)
        for done, address in enumerate(SIGNING_IN):
            person.sees(address)
            person.clicks(WORDS.text("signin.go", provider=WORDS.text("reconnect.the_provider")))
            person.sees(WORDS.text("queue.how_far", done=done + 1, count=ALL), seconds=60)
        person.clicks(WORDS.text("queue.paste"))
        for address in PASSWORDS:
            person.types(f"{address},{mail_password(address)}")
            person.presses("Return")
        person.sees(WORDS.plural("queue.paste.match", len(PASSWORDS)))
        person.clicks(WORDS.text("queue.paste.go"))
        person.sees(WORDS.text("queue.all_back"), seconds=60)
        person.presses("Escape")
        person.sees_no(WORDS.text("queue.all_back"))
        person.sees(WORDS.plural("ui.summary.all_connected", ALL))
        person.presses("ctrl+q")
        assert ended(process)[0] == 0
    assert causes(home) == {None: ALL}
    assert len(lab.links()) == len(SIGNING_IN)
    assert "Traceback" not in log.read_text()
