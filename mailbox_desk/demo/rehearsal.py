"""What a rehearsal hands to the desk: mailboxes with their servers on this computer, and the right passwords.

Values only. What becomes of the mailboxes, the engine finds out as with any other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import uuid4

from mailbox_desk.demo.child import Playing
from mailbox_desk.demo.fleet import Fleet, Role
from mailbox_desk.diagnosis.provider import GENERIC
from mailbox_desk.model.credential import Password, Secret
from mailbox_desk.model.errand import Draft
from mailbox_desk.model.mailbox import Endpoint, Mailbox, MailboxId, Security
from mailbox_desk.model.verdict import Half

QUICK: Final = {
    "second_opinion": "2-4",
    "interval": "15",
    "refusals_per_host": "1000",  # every server is this computer, and nobody locks anything
    "limits.connect": "5",
    "limits.greeting": "8",
    "limits.sign_in": "8",
    "limits.total": "20",
}
"""Settings of the throw-away home: every colour within a minute."""


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """`first`: the dozen to begin with; `rest`: one for every other cause. `paused`: those of `first` that a person
    would have paused. `right_passwords`: address -> what its server will take, for practice, made up and no secret.
    `domains`: provider id -> domains that are to look like that provider's. `authority`: PEM."""

    first: tuple[Draft, ...]
    rest: tuple[Draft, ...]
    paused: tuple[MailboxId, ...]
    right_passwords: Mapping[str, str]
    domains: Mapping[str, tuple[str, ...]]
    authority: str


def rehearsal_of(fleet: Fleet, playing: Playing) -> Rehearsal:
    """The fleet at the ports where its servers play. Ids are new each time."""
    looks = {domain: provider for provider, domains in fleet.providers.items() for domain in domains}
    drafts = {each.address: _draft(each, playing.ports[each.address], looks) for each in fleet.mailbox}
    return Rehearsal(
        first=tuple(drafts[role.address] for role in fleet.mailbox if role.first),
        rest=tuple(drafts[role.address] for role in fleet.mailbox if not role.first),
        paused=tuple(drafts[role.address].mailbox.id for role in fleet.mailbox if role.first and role.paused),
        right_passwords={role.address: role.right for role in fleet.mailbox if role.right},
        domains=fleet.providers,
        authority=playing.authority,
    )


def _draft(role: Role, ports: Mapping[str, int], looks: Mapping[str, str]) -> Draft:
    ends = {half: Endpoint(role.host, ports[half.value], Security.TLS, role.address) for half in Half if half in ports}
    mailbox = Mailbox(
        id=MailboxId(uuid4().hex),
        address=role.address,
        receiving=ends.get(Half.RECEIVING),
        sending=ends.get(Half.SENDING),
        provider=looks.get(role.address.partition("@")[2], GENERIC),
    )
    return Draft(mailbox, Password(Secret(role.kept_password)))
