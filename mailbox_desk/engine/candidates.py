"""From what a source offers to a candidate, or to the reason why it may not be taken. Pure.

No address leaves here either: the forms of user names are filled in on this side.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from mailbox_desk.diagnosis.provider import Provider, provider_of
from mailbox_desk.model.discovery import UNKNOWN_PROVIDER, Candidate, Miss, NotFound, ServerOffer, Source
from mailbox_desk.model.host_names import is_host_name, is_ip_literal, is_local_domain, is_within
from mailbox_desk.model.mailbox import AuthKind, Endpoint, Security, is_loopback
from mailbox_desk.model.verdict import Half

_LONGEST_USERNAME: Final = 254
_FORM: Final = re.compile("%[A-Z]+%")


def by_provider(source: Source, provider: Provider, address: str, mx: Sequence[str] = ()) -> Candidate:
    """What a provider's file says; it is ours and needs no vetting. `mx`: where the domain's mail goes, if known."""
    receiving, sending = provider.endpoints(address, mx)
    return Candidate(source, receiving, sending, provider.id, auth_of(provider))


def auth_of(provider: Provider) -> frozenset[AuthKind]:
    """What a sign-in at this provider needs; empty where its file does not tell."""
    return frozenset(provider.auth_kinds)


def by_offers(
    source: Source, offers: Sequence[ServerOffer], address: str, domain: str, providers: Sequence[Provider]
) -> Candidate:
    """The first server of each half that may be taken. Raises NotFound: with the first offence where there is no
    other."""
    taken: dict[Half, ServerOffer] = {}
    offences: list[NotFound] = []
    for offer in offers:
        filled = _filled_in(offer, address, domain)
        try:
            _vet(filled, domain)
        except NotFound as offence:
            offences.append(offence)
        else:
            taken.setdefault(filled.half, filled)
    if not taken:
        raise offences[0] if offences else NotFound(Miss.NOTHING)
    hosts = tuple(dict.fromkeys(offer.host for offer in taken.values()))
    provider = _known_provider(hosts, providers)
    foreign = tuple(host for host in hosts if not is_within(host, domain) and not _is_known(host, providers))
    if foreign and source is Source.AUTOCONFIG_BY_MX:
        # An unproved answer of DNS led here, and nobody vouches for these hosts.
        raise NotFound(Miss.UNSAFE, f"hosts of another domain: {', '.join(foreign)}")
    said = frozenset(kind for offer in taken.values() for kind in offer.auth)
    return Candidate(
        source,
        _endpoint(taken.get(Half.RECEIVING)),
        _endpoint(taken.get(Half.SENDING)),
        provider.id if provider is not None else UNKNOWN_PROVIDER,
        (auth_of(provider) if provider is not None else frozenset()) or said,
        foreign,
    )


def ranked(candidates: Iterable[Candidate]) -> tuple[Candidate, ...]:
    """The best first."""
    return tuple(sorted(candidates, key=lambda each: each.order))


def completed(best: Candidate | None, guess: Candidate) -> Candidate:
    """A guess with what a better source said already."""
    if best is None:
        return guess
    return replace(
        guess,
        receiving=best.receiving or guess.receiving,
        sending=best.sending or guess.sending,
        provider=best.provider,
        auth=best.auth or guess.auth,
        foreign=best.foreign,
    )


def guesses(half: Half, domain: str) -> tuple[ServerOffer, ...]:
    """Where servers usually are, the likeliest first: TLS before STARTTLS (RFC 8314 section 3)."""
    prefix, ports = {
        Half.RECEIVING: ("imap", ((993, Security.TLS), (143, Security.STARTTLS))),
        Half.SENDING: ("smtp", ((465, Security.TLS), (587, Security.STARTTLS))),
    }[half]
    hosts = (f"{prefix}.{domain}", f"mail.{domain}", domain)
    return tuple(ServerOffer(half, host, port, security) for port, security in ports for host in hosts)


def _filled_in(offer: ServerOffer, address: str, domain: str) -> ServerOffer:
    local_part, _, typed_domain = address.rpartition("@")
    username = offer.username
    for form, value in (
        ("%EMAILADDRESS%", address),
        ("%EMAILLOCALPART%", local_part),
        ("%EMAILDOMAIN%", typed_domain),
    ):
        username = username.replace(form, value)
    host = offer.host.replace("%EMAILDOMAIN%", domain).rstrip(".").lower()
    return replace(offer, host=host, username=username)


def _vet(offer: ServerOffer, domain: str) -> None:
    """Raises NotFound where this server may not be taken."""
    local = is_local_domain(domain)
    if is_ip_literal(offer.host) or is_loopback(offer.host):
        if not local:
            raise NotFound(Miss.UNSAFE, f"{offer.host!r} is no public name")
    elif not is_host_name(offer.host) or ("." not in offer.host and not local):
        raise NotFound(Miss.UNUSABLE, f"{offer.host!r} is no name of a host")
    if not 0 < offer.port < 65536:
        raise NotFound(Miss.UNUSABLE, f"port {offer.port}")
    if offer.security is Security.NONE and not is_loopback(offer.host):
        raise NotFound(Miss.UNSAFE, f"{offer.host} without encryption")
    if len(offer.username) > _LONGEST_USERNAME or not offer.username.isprintable() or _FORM.search(offer.username):
        raise NotFound(Miss.UNUSABLE, "the user name")


def _known_provider(hosts: Sequence[str], providers: Sequence[Provider]) -> Provider | None:
    """The provider whose file knows all of these hosts."""
    ids = {provider_of("", (host,), providers) for host in hosts}
    known = {provider.id: provider for provider in providers}
    return known.get(ids.pop()) if len(ids) == 1 and UNKNOWN_PROVIDER not in ids else None


def _is_known(host: str, providers: Sequence[Provider]) -> bool:
    return provider_of("", (host,), providers) != UNKNOWN_PROVIDER


def _endpoint(offer: ServerOffer | None) -> Endpoint | None:
    return None if offer is None else Endpoint(offer.host, offer.port, offer.security, offer.username)
