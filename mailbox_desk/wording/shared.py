"""A trouble that many mailboxes have together, in words: for the line above the list, rows, pane and notices."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mailbox_desk.model.cause import CAUSES, Actor
from mailbox_desk.model.incident import Circle, Incident
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.snapshot import Snapshot
from mailbox_desk.model.verdict import Verdict
from mailbox_desk.wording.voice import Wording

NameOf = Callable[[str], str]
"""A provider's id in words."""
Look = Callable[[MailboxId], Snapshot | None]
"""A mailbox as it is shown now."""


def place_name(incident: Incident, name_of: NameOf) -> str:
    """What they share: the provider's name, a server, a domain; "" where it is not shared."""
    place = incident.place
    if place is None:
        return ""
    return name_of(place.name) if place.circle is Circle.PROVIDER else place.name


def shared_title(words: Wording, incident: Incident, name_of: NameOf) -> str:
    """What is the matter, where, and with how many: "Google has trouble: 38 of 38 mailboxes"."""
    key = _key(words, incident, "title")
    return words.plural(key, incident.of, place=place_name(incident, name_of), down=incident.count)


def shared_phrase(words: Wording, incident: Incident, name_of: NameOf) -> str:
    """A few words for each of them in the list."""
    return words.text(_key(words, incident, "row"), place=place_name(incident, name_of))


def setting_to_change(words: Wording, incident: Incident, look: Look) -> str:
    """What an admin connection needs, as the judge has it of its mailboxes; "" for what else many share."""
    if not is_connections(incident):
        return ""
    snapshots = (look(each) for each in incident.members)
    found = (each.standing.diagnosis for each in snapshots if each is not None)
    diagnosis = next((each for each in found if each is not None), None)
    return words.text("shared.connection.rest") if diagnosis is None else words.advice(diagnosis)


def is_connections(incident: Incident) -> bool:
    """What they share is an admin connection."""
    return incident.place is not None and incident.place.circle is Circle.CONNECTION


def shared_rest(words: Wording, incident: Incident, setting: str = "") -> str:
    """Whose move it is, in a sentence. `setting`: what an admin connection needs."""
    if setting:
        return setting
    actor = CAUSES[incident.cause].who
    if incident.verdict is Verdict.RECONNECTING:
        return words.text("shared.provider" if actor is Actor.PROVIDER else "shared.desk")
    is_admins = incident.place is not None and incident.place.circle is Circle.DOMAIN
    return words.text("shared.admin" if is_admins or actor is not Actor.YOU else "shared.you")


def shared_line(words: Wording, incident: Incident, name_of: NameOf, look: Look = lambda _: None) -> str:
    """The line above the list."""
    rest = shared_rest(words, incident, setting_to_change(words, incident, look))
    title = shared_title(words, incident, name_of)
    return words.text("shared.line", title=title, rest=rest)


def shared_in_pane(words: Wording, incident: Incident, name_of: NameOf, now: float) -> str:
    """For one of them: that it is not alone, with how many, and since when (`now`: seconds since 1970 UTC)."""
    return words.plural(
        "shared.connection.pane" if is_connections(incident) else "shared.pane",
        incident.of,
        place=place_name(incident, name_of),
        down=incident.count,
        clock=words.clock(incident.started_at, now),
    )


def shared_notice(
    words: Wording, incidents: Sequence[Incident], name_of: NameOf, now: float, look: Look = lambda _: None
) -> tuple[str, str]:
    """Title and body of a notice of one or of several at once."""
    since = words.text("shared.since", clock=words.clock(min(each.started_at for each in incidents), now))
    if len(incidents) == 1:
        rest = shared_rest(words, incidents[0], setting_to_change(words, incidents[0], look))
        return shared_title(words, incidents[0], name_of), f"{rest} {since}"
    count = sum(each.count for each in incidents)
    title = words.plural("shared.notice.many", count, places=_places(words, incidents, name_of))
    lines = (words.text("shared.line", title=shared_title(words, each, name_of), rest="") for each in incidents)
    return title, " ".join([*(line.strip() for line in lines), since])


def shared_back(words: Wording, incidents: Sequence[Incident], count: int, name_of: NameOf) -> tuple[str, str]:
    """Title and body of the notice that it is over for `count` mailboxes."""
    title = words.plural("shared.back", count, place=_places(words, incidents, name_of))
    lasted = max((each.closed_at or each.seen_at) - each.started_at for each in incidents)
    return title, words.text("shared.back.after", time=words.duration(max(0.0, lasted)))


def _places(words: Wording, incidents: Sequence[Incident], name_of: NameOf) -> str:
    names = list(dict.fromkeys(place_name(each, name_of) for each in incidents))
    return words.text("shared.notice.and", names=", ".join(names[:-1]), last=names[-1]) if names[1:] else names[0]


def _key(words: Wording, incident: Incident, what: str) -> str:
    if is_connections(incident):
        return f"shared.connection.{what}"
    key = f"shared.{incident.cause.value}.{what}"
    return key if words.has(key) else f"shared.other.{what}"
