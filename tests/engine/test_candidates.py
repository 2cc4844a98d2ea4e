"""Which offered servers may be taken, and how they are ranked."""

from __future__ import annotations

import pytest

from mailbox_desk.diagnosis.provider import Provider, Server
from mailbox_desk.engine.candidates import auth_of, by_offers, by_provider, completed, guesses, ranked
from mailbox_desk.model.discovery import Candidate, Miss, NotFound, ServerOffer, Source
from mailbox_desk.model.mailbox import AuthKind, Endpoint, Security
from mailbox_desk.model.verdict import Half

ADDRESS, DOMAIN = "Jane.Doe%x@Example.org", "example.org"
HOSTER = Provider(
    "hoster",
    "Hoster",
    hosts=("hoster.example",),
    mx=("hoster.example",),
    auth_kinds=(AuthKind.APP_PASSWORD,),
    app_password_page="https://hoster.example/app",
    receiving=Server("imap.hoster.example", 993, Security.TLS),
)
PROVIDERS = (HOSTER,)


def offer(host: str = "mail.example.org", half: Half = Half.RECEIVING, **more: object) -> ServerOffer:
    chosen: dict[str, object] = {"port": 993, "security": Security.TLS, **more}
    return ServerOffer(half, host, **chosen)  # type: ignore[arg-type]  # names are checked by ServerOffer itself


def taken(
    *offers: ServerOffer, source: Source = Source.AUTOCONFIG, address: str = ADDRESS, domain: str = DOMAIN
) -> Candidate:
    return by_offers(source, offers, address, domain, PROVIDERS)


def refused(given: ServerOffer, source: Source = Source.AUTOCONFIG) -> Miss:
    with pytest.raises(NotFound) as missed:
        taken(given, source=source)
    return missed.value.why


@pytest.mark.parametrize(
    ("form", "username"),
    [
        ("%EMAILADDRESS%", "Jane.Doe%x@Example.org"),
        ("%EMAILLOCALPART%", "Jane.Doe%x"),
        ("%EMAILDOMAIN%", "Example.org"),
        ("web-%EMAILLOCALPART%.7", "web-Jane.Doe%x.7"),
        ("fixed", "fixed"),
    ],
)
def test_user_names_are_filled_in(form: str, username: str) -> None:
    candidate = taken(offer(username=form))
    assert candidate.receiving == Endpoint("mail.example.org", 993, Security.TLS, username)
    assert candidate.sending is None


def test_the_domain_is_filled_into_hosts() -> None:
    candidate = taken(offer("Mail.%EMAILDOMAIN%."))
    assert candidate.receiving is not None
    assert candidate.receiving.host == "mail.example.org"


@pytest.mark.parametrize(
    ("given", "miss"),
    [
        (offer("127.0.0.1"), Miss.UNSAFE),
        (offer("localhost"), Miss.UNSAFE),
        (offer("[::1]"), Miss.UNSAFE),
        (offer("10.0.0.1"), Miss.UNSAFE),
        (offer(security=Security.NONE), Miss.UNSAFE),
        (offer("single"), Miss.UNUSABLE),
        (offer("a b.example.org"), Miss.UNUSABLE),
        (offer("mail\0.example.org"), Miss.UNUSABLE),
        (offer("mail.example.org/../x"), Miss.UNUSABLE),
        (offer("user@mail.example.org"), Miss.UNUSABLE),
        (offer("x" * 300 + ".example.org"), Miss.UNUSABLE),
        (offer(""), Miss.UNUSABLE),
        (offer(port=0), Miss.UNUSABLE),
        (offer(port=65536), Miss.UNUSABLE),
        (offer(username="a\r\nb"), Miss.UNUSABLE),
        (offer(username="a\0b"), Miss.UNUSABLE),
        (offer(username="x" * 300), Miss.UNUSABLE),
        (offer(username="%SOMETHINGELSE%"), Miss.UNUSABLE),
    ],
)
def test_what_may_not_be_taken(given: ServerOffer, miss: Miss) -> None:
    assert refused(given) is miss


def test_the_first_that_may_be_taken_is() -> None:
    candidate = taken(offer("127.0.0.1"), offer("a.example.org"), offer("b.example.org"))
    assert candidate.receiving is not None
    assert candidate.receiving.host == "a.example.org"


def test_no_offer_is_nothing() -> None:
    with pytest.raises(NotFound) as missed:
        taken()
    assert missed.value.why is Miss.NOTHING


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "mail"])
def test_a_local_domain_may_name_local_hosts(host: str) -> None:
    given = offer(host, security=Security.NONE if host != "mail" else Security.TLS)
    assert taken(given, address="me@desk.test", domain="desk.test").receiving is not None


def test_hosts_of_other_domains_are_shown() -> None:
    strange = offer("smtp.stranger.example", Half.SENDING, port=465)
    assert taken(offer(), strange).foreign == ("smtp.stranger.example",)
    assert taken(offer(), strange, source=Source.SRV).foreign == ("smtp.stranger.example",)


def test_hosts_that_a_provider_file_knows_are_no_strangers() -> None:
    candidate = taken(offer("imap.hoster.example"))
    assert (candidate.foreign, candidate.provider) == ((), "hoster")
    assert candidate.auth == {AuthKind.APP_PASSWORD}


def test_what_mail_exchangers_lead_to_must_be_known() -> None:
    assert refused(offer("imap.stranger.example"), Source.AUTOCONFIG_BY_MX) is Miss.UNSAFE
    assert taken(offer("imap.hoster.example"), source=Source.AUTOCONFIG_BY_MX).receiving is not None
    assert taken(offer("imap.stranger.example"), source=Source.ISPDB_BY_MX).foreign == ("imap.stranger.example",)


def test_a_provider_file_is_believed() -> None:
    candidate = by_provider(Source.PROVIDER_BY_MX, HOSTER, ADDRESS)
    assert candidate.receiving == Endpoint("imap.hoster.example", 993, Security.TLS, ADDRESS)
    assert (candidate.provider, candidate.foreign) == ("hoster", ())
    assert auth_of(HOSTER) == {AuthKind.APP_PASSWORD}


def test_both_halves_come_before_one_and_then_the_source_decides() -> None:
    end = Endpoint("h.example", 993, Security.TLS, "u")
    half = Candidate(Source.PROVIDER, end, None)
    late, early = Candidate(Source.SRV, end, end), Candidate(Source.AUTOCONFIG, end, end)
    assert ranked([half, late, early]) == (early, late, half)


def test_a_guess_completes_what_is_known() -> None:
    end, other = Endpoint("h.example", 993, Security.TLS, "u"), Endpoint("g.example", 465, Security.TLS, "u")
    whole = completed(Candidate(Source.SRV, end, None, foreign=("h.example",)), Candidate(Source.GUESS, None, other))
    assert (whole.receiving, whole.sending, whole.foreign) == (end, other, ("h.example",))


def test_guesses_begin_with_the_likeliest() -> None:
    first, *_, last = guesses(Half.SENDING, "example.org")
    assert (first.host, first.port, first.security) == ("smtp.example.org", 465, Security.TLS)
    assert (last.host, last.port, last.security) == ("example.org", 587, Security.STARTTLS)
