from dataclasses import replace

import pytest

from mailbox_desk.diagnosis.codes import codes_in
from mailbox_desk.diagnosis.facts import DAY, FactName, facts_of_failure, facts_of_response
from mailbox_desk.diagnosis.reasons import told_facts
from mailbox_desk.model.check import Certificate, Failure, FailureKind, Stage, Step
from mailbox_desk.model.diagnosis import Context, Fact
from mailbox_desk.model.response import Response
from mailbox_desk.model.told import Told
from mailbox_desk.model.verdict import Half

NOW = 1_800_000_000.0
REFUSED = Failure(
    Half.RECEIVING, Step.SIGN_IN, FailureKind.REFUSED, "NO [AUTHENTICATIONFAILED] no", "AUTHENTICATIONFAILED"
)
NOTHING_KNOWN = Context(now=NOW)


def names(failure: Failure, context: Context) -> frozenset[FactName]:
    return facts_of_failure(failure, context).names


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("NO [AUTHENTICATIONFAILED] no", {"AUTHENTICATIONFAILED"}),
        ("-ERR [SYS/TEMP] not now", {"SYS/TEMP"}),
        ("535 5.7.8 no", {"535", "5.7.8", "535 5.7.8"}),
        ("535-5.7.8 no", {"535", "5.7.8", "535 5.7.8"}),
        ("(535, b'5.7.8 no')", {"535", "5.7.8", "535 5.7.8"}),
        ("AADSTS700082: too old", {"AADSTS700082"}),
        ('{"error_codes":[50076]}', {"AADSTS50076"}),
        ("textCode: 'AUTHENTICATIONFAILED'", {"AUTHENTICATIONFAILED"}),
        ("from 203.0.113.7 port 5353", set()),
        ("version 2.3.4.5", set()),
        ("nothing", set()),
    ],
)
def test_codes_are_found(text: str, codes: set[str]) -> None:
    assert codes_in(text) == codes


@pytest.mark.parametrize(
    ("context", "held", "not_held"),
    [
        (NOTHING_KNOWN, {FactName.NEVER_WORKED, FactName.REFUSED_SIGN_IN}, {FactName.WORKED_BEFORE}),
        (
            replace(NOTHING_KNOWN, worked_at=NOW - DAY),
            {FactName.WORKED_BEFORE, FactName.WORKED_WITHIN_A_DAY},
            {FactName.NEVER_WORKED},
        ),
        (replace(NOTHING_KNOWN, worked_at=NOW - DAY - 1), {FactName.WORKED_BEFORE}, {FactName.WORKED_WITHIN_A_DAY}),
        (replace(NOTHING_KNOWN, refusals=1), set(), {FactName.REFUSED_TWICE}),
        (replace(NOTHING_KNOWN, refusals=2), {FactName.REFUSED_TWICE}, set()),
        (replace(NOTHING_KNOWN, same_secret_accepted=True), {FactName.SAME_SECRET_ACCEPTED}, set()),
        (replace(NOTHING_KNOWN, same_secret_refused=True), {FactName.SAME_SECRET_REFUSED}, set()),
        (
            replace(NOTHING_KNOWN, host_failing=3),
            {FactName.NEIGHBOURS_FAIL, FactName.ALL_NEIGHBOURS_FAIL},
            {FactName.NEIGHBOURS_PASS},
        ),
        (
            replace(NOTHING_KNOWN, host_failing=3, host_passing=1),
            {FactName.NEIGHBOURS_FAIL, FactName.NEIGHBOURS_PASS},
            {FactName.ALL_NEIGHBOURS_FAIL},
        ),
        (replace(NOTHING_KNOWN, host_failing=2), {FactName.NEIGHBOURS_FAIL}, {FactName.ALL_NEIGHBOURS_FAIL}),
        (replace(NOTHING_KNOWN, local_network_down=True), {FactName.LOCAL_NETWORK_DOWN}, set()),
    ],
)
def test_what_is_known_around_a_failure(context: Context, held: set[FactName], not_held: set[FactName]) -> None:
    found = names(REFUSED, context)
    assert held <= found
    assert not not_held & found


def test_a_refusal_elsewhere_is_no_refused_sign_in() -> None:
    assert FactName.REFUSED_SIGN_IN not in names(replace(REFUSED, step=Step.SELECT), NOTHING_KNOWN)
    assert FactName.REFUSED_SIGN_IN not in names(replace(REFUSED, kind=FailureKind.TEMPORARY), NOTHING_KNOWN)


def test_temporary_and_half() -> None:
    sending = Failure(Half.SENDING, Step.ENVELOPE, FailureKind.TEMPORARY, "450 4.2.1 later", "450 4.2.1")
    facts = facts_of_failure(sending, NOTHING_KNOWN)
    assert {FactName.TEMPORARY, FactName.SENDING} <= facts.names
    assert facts.stage is Stage.SMTP_SEND
    assert facts.codes >= {"450", "4.2.1", "450 4.2.1"}


@pytest.mark.parametrize(("not_after", "ended"), [(NOW - 1, True), (NOW + 1, False), (None, False)])
def test_a_certificate_that_ended(not_after: float | None, ended: bool) -> None:
    certificate = Certificate("00" * 32, not_after=not_after)
    failure = Failure(Half.RECEIVING, Step.TLS, FailureKind.UNTRUSTED, "", certificate=certificate)
    assert (FactName.CERTIFICATE_ENDED in names(failure, NOTHING_KNOWN)) is ended


def test_no_words_is_a_fact() -> None:
    assert FactName.NO_WORDS in names(replace(REFUSED, text=""), NOTHING_KNOWN)
    assert FactName.NO_WORDS not in names(REFUSED, NOTHING_KNOWN)


def test_of_a_bare_text_history_is_unknown() -> None:
    facts = facts_of_response(Response("NO [AUTHENTICATIONFAILED] no"))
    assert facts.stage is Stage.IMAP_AUTH
    assert FactName.REFUSED_SIGN_IN in facts.names
    assert not {FactName.WORKED_BEFORE, FactName.NEVER_WORKED} & facts.names


def test_a_given_stage_is_believed() -> None:
    assert facts_of_response(Response("535 no", stage=Stage.IMAP_SELECT)).stage is Stage.IMAP_SELECT


def told(failure: Failure, context: Context) -> list[Fact]:
    return list(told_facts(failure, context, facts_of_failure(failure, context)))


def test_reasons_of_a_changed_password() -> None:
    context = Context(now=NOW, refusals=2, worked_at=NOW - 600, same_secret_refused=True, host_passing=22)
    assert told(REFUSED, context) == [
        Fact(Told.WORKED_UNTIL, NOW - 600),
        Fact(Told.OTHER_HALF_REFUSES, "sending"),
        Fact(Told.REFUSED_TIMES, 2.0),
        Fact(Told.NEIGHBOURS_PASS, 22.0),
        Fact(Told.ENCRYPTION_IS_FINE),
    ]


def test_reasons_of_a_switch() -> None:
    context = Context(now=NOW, same_secret_accepted=True)
    assert Fact(Told.OTHER_HALF_ACCEPTS, "sending") in told(REFUSED, context)
    assert Fact(Told.NEVER_WORKED) in told(REFUSED, context)


def test_the_network_is_fine_only_where_the_server_answered() -> None:
    greeted = Failure(Half.RECEIVING, Step.GREETING, FailureKind.TEMPORARY, "* BYE later")
    silent = replace(greeted, kind=FailureKind.TIMED_OUT, text="")
    unreached = replace(silent, step=Step.CONNECT)
    assert Fact(Told.NETWORK_IS_FINE) in told(greeted, NOTHING_KNOWN)
    assert Fact(Told.NETWORK_IS_FINE) not in told(silent, NOTHING_KNOWN)
    assert told(unreached, NOTHING_KNOWN) == []


def test_the_wait_is_told() -> None:
    busy = Failure(Half.RECEIVING, Step.SELECT, FailureKind.TEMPORARY, "NO wait 30 seconds")
    assert Fact(Told.SERVER_WAIT, 30.0) in told(busy, NOTHING_KNOWN)
