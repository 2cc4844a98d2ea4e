from __future__ import annotations

from dataclasses import replace

from mailbox_desk.model.cause import Cause
from mailbox_desk.model.incident import Circle, Incident, IncidentKind, Place
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.verdict import VeilReason, Verdict
from mailbox_desk.ui.together import Together
from mailbox_desk.wording import Wording
from tests.ui.samples import NOW, snapshot


def outage(count: int = 3, name: str = "google", verdict: Verdict = Verdict.RECONNECTING) -> Incident:
    ids = tuple(MailboxId(f"{name}{number}") for number in range(count))
    place = Place(Circle.PROVIDER, name)
    return Incident(
        name, ids, Cause.PROVIDER_OUTAGE, verdict, NOW - 900, NOW, NOW, kind=IncidentKind.SHARED, place=place, of=count
    )


def test_a_mailbox_says_what_it_has_with_others(words: Wording) -> None:
    together = Together(words, str.title)
    mine = replace(snapshot("m", Verdict.RECONNECTING, Cause.PROVIDER_OUTAGE), part_of="google")
    assert together.phrase(mine, NOW) == "", "nothing is known of it yet"
    assert together.take([outage()])
    assert not together.take([outage()])
    assert together.phrase(mine, NOW) == "Google has trouble"
    assert together.in_pane(mine, NOW)[0].startswith("It is not this mailbox alone: 3 of 3 mailboxes at Google, since ")
    veiled = replace(snapshot("m", veil=VeilReason.BY_PERSON), part_of="google")
    assert (together.phrase(veiled, NOW), together.in_pane(veiled, NOW)) == ("", ())
    assert (together.phrase(snapshot("n"), NOW), together.in_pane(snapshot("n"), NOW)) == ("", ())


def test_an_unsteady_mailbox_says_so_even_while_it_is_well(words: Wording) -> None:
    together = Together(words)
    shaky = replace(snapshot("m"), unsteady_since=NOW - 600)
    assert together.phrase(shaky, NOW).startswith("Unsteady since ")
    assert len(together.in_pane(shaky, NOW)) == 1
