"""What a shared incident becomes as mailboxes join it, leave it, and the last of them is gone. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mailbox_desk.engine.outbreak import Crowd
from mailbox_desk.model.cause import Cause
from mailbox_desk.model.incident import Incident, IncidentKind, Place
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.status import leads_to
from mailbox_desk.model.verdict import Verdict


def begun(place: Place, crowd: Crowd, singles: Sequence[Incident], began: float, now: float, of: int) -> Incident:
    """One incident for all of the crowd; it began when the first of them did. `began`: of who was judged last."""
    return Incident(
        id=f"{place.circle.value}-{place.name}-{round(now * 1000)}",
        mailboxes=crowd.members,
        cause=crowd.cause,
        verdict=_verdict(crowd.cause),
        started_at=min((each.started_at for each in singles), default=began),
        opened_at=now,
        seen_at=now,
        kind=IncidentKind.SHARED,
        place=place,
        of=max(of, len(crowd.members)),
    )


def joined(incident: Incident, mailbox_id: MailboxId, now: float, of: int) -> Incident:
    """One more takes part, or does so again."""
    mailboxes = incident.mailboxes
    if mailbox_id in incident.left:
        left = incident.left - {mailbox_id}
    else:
        left, mailboxes = incident.left, (*mailboxes, mailbox_id)
    of = max(of, len(mailboxes) - len(left))
    return replace(incident, mailboxes=mailboxes, left=left, seen_at=now, of=of)


def without(incident: Incident, mailbox_id: MailboxId, now: float, of: int) -> Incident:
    """One takes part no longer; with the last of them it is closed."""
    left = incident.left | {mailbox_id}
    over = len(left) >= len(incident.mailboxes)
    of = max(of, len(incident.mailboxes) - len(left))
    return replace(incident, left=left, seen_at=now, of=of, closed_at=now if over else None)


def removed(incident: Incident, mailbox_id: MailboxId, now: float, of: int) -> Incident:
    """The mailbox is no more, as if it had never been; with the last that took part it is closed."""
    mailboxes = tuple(each for each in incident.mailboxes if each != mailbox_id)
    left = incident.left - {mailbox_id}
    over = len(left) >= len(mailboxes)
    of = max(of, len(mailboxes) - len(left))
    return replace(incident, mailboxes=mailboxes, left=left, of=of, closed_at=now if over else incident.closed_at)


def absorbed(single: Incident, into: Incident, now: float) -> Incident:
    """It goes on as part of the other."""
    return replace(single, seen_at=now, closed_at=now, part_of=into.id)


def dissolved(incident: Incident, now: float) -> tuple[Incident, tuple[Incident, ...]]:
    """The shared one closed, and an incident of its own for each that is left over. What was told stays told."""
    over = replace(incident, seen_at=now, closed_at=now)
    return over, tuple(
        Incident(
            id=f"{each}-{round(now * 1000)}",
            mailboxes=(each,),
            cause=incident.cause,
            verdict=incident.verdict,
            started_at=incident.started_at,
            opened_at=now,
            seen_at=now,
            told_at=incident.told_at,
        )
        for each in incident.members
    )


def _verdict(cause: Cause) -> Verdict:
    then = leads_to(cause, resting=False)
    return then if isinstance(then, Verdict) else Verdict.RECONNECTING
