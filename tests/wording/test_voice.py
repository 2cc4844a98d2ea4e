from dataclasses import replace

import pytest

from mailbox_desk.model.cause import CAUSES, Action, Actor, Cause
from mailbox_desk.model.check import Failure, FailureKind, HalfResult, Outcome, Step
from mailbox_desk.model.diagnosis import Diagnosis, Fact, RankedCause
from mailbox_desk.model.mailbox import Endpoint, Mailbox, MailboxId, Security
from mailbox_desk.model.snapshot import HalfStanding, Held, Snapshot, Standing
from mailbox_desk.model.told import RULES_OUT, Told
from mailbox_desk.model.verdict import Half, Shown, Veil, VeilReason, Verdict
from mailbox_desk.wording import Wording
from mailbox_desk.wording.voice import due_of, shown_line

NOW = 1_796_040_000.0
WORDS = Wording.load([], strict=True)
ENDPOINT = Endpoint("imap.example.org", 993, Security.TLS, "ann@example.org")
MAILBOX = Mailbox(MailboxId("1"), "ann@example.org", ENDPOINT, ENDPOINT)


def judged(cause: Cause, confidence: float = 0.95, rule: str = "a-rule", who: Actor | None = None) -> Diagnosis:
    return Diagnosis((RankedCause(cause, confidence),), rule, (), who)


def failed(text: str = "NO no", half: Half = Half.RECEIVING) -> HalfResult:
    return HalfResult(half, Outcome.FAILED, failure=Failure(half, Step.SIGN_IN, FailureKind.REFUSED, text))


def snapshot(
    verdict: Verdict,
    diagnosis: Diagnosis | None = None,
    *,
    veils: frozenset[Veil] = frozenset(),
    half: Half = Half.RECEIVING,
    **view: object,
) -> Snapshot:
    down = HalfStanding(verdict, diagnosis=diagnosis, last=failed(half=half), **view)  # type: ignore[arg-type]  # a test's shorthand
    fine = HalfStanding(Verdict.CONNECTED)
    halves = (down, fine) if half is Half.RECEIVING else (fine, down)
    return Snapshot(MAILBOX, Standing(MAILBOX.id, *halves, veils=veils, last_checked=NOW), version=1)


DOWN = (Verdict.SUSPECT, Verdict.RECONNECTING, Verdict.NEEDS_YOU)


@pytest.mark.parametrize("cause", Cause)
@pytest.mark.parametrize("verdict", DOWN)
@pytest.mark.parametrize("half", Half)
def test_every_cause_can_be_said_in_full(cause: Cause, verdict: Verdict, half: Half) -> None:
    for who in Actor:
        shown = snapshot(verdict, judged(cause, who=who), half=half, due=NOW + 60)
        for said in (
            WORDS.cause_phrase(shown),
            WORDS.headline(shown),
            WORDS.whose_move(shown),
            WORDS.next_step(shown, NOW),
            WORDS.next_try(shown, NOW),
        ):
            assert said
            assert "{" not in said


@pytest.mark.parametrize("reason", VeilReason)
@pytest.mark.parametrize("until", [None, NOW + 600])
def test_every_veil_can_be_said(reason: VeilReason, until: float | None) -> None:
    veiled = snapshot(Verdict.NEEDS_YOU, judged(Cause.OVER_QUOTA), veils=frozenset({Veil(reason, until)}))
    said = [
        WORDS.cause_phrase(veiled),
        WORDS.headline(veiled),
        WORDS.whose_move(veiled),
        WORDS.next_step(veiled, NOW),
        WORDS.next_try(veiled, NOW),
    ]
    assert all(said)
    assert "Storage" not in " ".join(said)
    assert (WORDS.because(veiled), WORDS.server_line(veiled)) == ([], "")


def test_the_veil_that_lasts_longest_speaks() -> None:
    both = frozenset({Veil(VeilReason.BY_PERSON), Veil(VeilReason.MAINTENANCE_WINDOW, NOW + 60)})
    assert WORDS.cause_phrase(snapshot(Verdict.CONNECTED, veils=both)) == "Paused by you"


def test_connected_is_calm() -> None:
    calm = snapshot(Verdict.CONNECTED, due=NOW + 300)
    assert WORDS.headline(calm) == "Connected: it signs in for receiving and for sending."
    assert (WORDS.cause_phrase(calm), WORDS.next_step(calm, NOW), WORDS.because(calm)) == ("", "", [])
    assert WORDS.next_try(calm, NOW).startswith("Next check in 5 min")


def test_one_half_alone_is_said() -> None:
    calm = snapshot(Verdict.CONNECTED)
    alone = replace(calm, standing=replace(calm.standing, sending=HalfStanding()))
    assert WORDS.headline(alone) == "Connected: it signs in for receiving."


def test_checking_and_held_back() -> None:
    new = snapshot(Verdict.CHECKING)
    held = replace(new, held_until=NOW + 600)
    assert WORDS.next_step(new, NOW) == "Nothing to do: the first check is about to run."
    assert "login limit" in WORDS.next_step(held, NOW)
    assert WORDS.clock(NOW + 600, NOW) in WORDS.next_step(held, NOW)
    assert WORDS.clock(NOW + 600, NOW) in WORDS.next_try(held, NOW)


def test_a_changed_password_is_told_in_full() -> None:
    diagnosis = Diagnosis(
        (RankedCause(Cause.CREDENTIALS_REJECTED, 0.92),),
        "both-protocols-refuse-what-worked",
        (Fact(Told.WORKED_UNTIL, NOW - 600), Fact(Told.OTHER_HALF_REFUSES, "sending")),
    )
    down = snapshot(Verdict.NEEDS_YOU, diagnosis, refusals=2, resting=True)
    assert WORDS.cause_phrase(down) == "Password changed"
    assert WORDS.headline(down) == "The password was changed, so the sign-in is refused."
    assert WORDS.whose_move(down) == "Your move · certain"
    assert WORDS.next_step(down, NOW) == "Enter the new password."
    assert len(WORDS.because(down)) == 2
    assert WORDS.server_line(down) == "NO no"
    assert WORDS.next_try(down, NOW) == (
        "The desk won’t try this password again, so the account can’t be locked. It was refused 2 times."
    )


def test_a_resting_secret_asks_for_check_now_where_no_new_one_is_wanted() -> None:
    asleep = snapshot(Verdict.NEEDS_YOU, judged(Cause.PROTOCOL_DISABLED), refusals=2, resting=True)
    assert WORDS.next_step(asleep, NOW) == "Ask your admin to switch IMAP on for this mailbox. Then press Check now."


def test_each_half_is_called_by_its_protocol() -> None:
    sending = snapshot(Verdict.NEEDS_YOU, judged(Cause.PROTOCOL_DISABLED), half=Half.SENDING)
    assert WORDS.headline(sending) == "SMTP is switched off for this mailbox."


def test_a_rule_that_names_another_actor_is_heard() -> None:
    yours = snapshot(Verdict.NEEDS_YOU, judged(Cause.PROTOCOL_DISABLED, who=Actor.YOU))
    assert "provider’s site" in WORDS.next_step(yours, NOW)


def test_reconnecting_names_the_next_try() -> None:
    away = snapshot(Verdict.RECONNECTING, judged(Cause.PROVIDER_OUTAGE), due=NOW + 300)
    assert WORDS.next_step(away, NOW) == f"Nothing to do: the desk tries again at {WORDS.clock(NOW + 300, NOW)}."
    assert WORDS.next_try(away, NOW).startswith("Next try in 5 min")
    assert WORDS.next_step(away, NOW + 301) == "Nothing to do: the desk is about to try again."


def test_suspect_says_that_it_is_not_sure() -> None:
    doubtful = snapshot(Verdict.SUSPECT, judged(Cause.OVER_QUOTA), due=NOW + 120)
    assert WORDS.headline(doubtful).startswith("One check failed")
    assert WORDS.whose_move(doubtful) == "The desk’s move"


def test_never_again_by_itself() -> None:
    assert WORDS.next_try(snapshot(Verdict.NEEDS_YOU, judged(Cause.UNKNOWN)), NOW) == (
        "The desk does not try again by itself."
    )


def test_a_check_under_way() -> None:
    assert (
        WORDS.next_try(replace(snapshot(Verdict.CONNECTED), checking_now=True), NOW) == "The desk is checking it now."
    )


def test_the_earliest_half_is_due_but_a_resting_one_never() -> None:
    both = snapshot(Verdict.NEEDS_YOU, judged(Cause.CREDENTIALS_REJECTED), due=NOW + 10, resting=True)
    assert due_of(both) is None
    fine = replace(both.standing, sending=HalfStanding(Verdict.CONNECTED, due=NOW + 90))
    assert due_of(replace(both, standing=fine)) == NOW + 90


@pytest.mark.parametrize("cause", Cause)
def test_a_bare_text_is_explained(cause: Cause) -> None:
    diagnosis = Diagnosis((RankedCause(cause, 0.7), RankedCause(Cause.UNKNOWN, 0.1)), "a-rule")
    assert "likely" in WORDS.explained(diagnosis)
    assert WORDS.advice(diagnosis)
    assert WORDS.could_also_be(diagnosis) == "Could also be: Reason not clear"
    assert WORDS.could_also_be(judged(cause)) == ""
    assert WORDS.incident_title(cause, 3).endswith(": 3 mailboxes")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("NO\r\n  no", "NO no"),
        ("a\x00b\x1b[2J", "a\\x00b\\x1b[2J"),
        ("\u202etxt", "\\u202etxt"),
        ("ü 请", "ü 请"),
        ("", ""),
    ],
)
def test_a_server_line_shows_odd_bytes_as_such(text: str, shown: str) -> None:
    assert shown_line(text) == shown


def test_a_server_line_has_an_end() -> None:
    assert len(shown_line("x" * 10_000)) < 1_000


def test_each_action_step_and_status_has_its_name() -> None:
    assert {WORDS.action(each) for each in Action}
    assert {WORDS.step_name(each) for each in Step}
    assert len({WORDS.status(each) for each in Shown}) == len(Shown)
    assert all(WORDS.action(row.action) for row in CAUSES.values())


def test_warnings_have_words() -> None:
    assert WORDS.warning("store_failed")


@pytest.mark.parametrize(
    ("kind", "heading"),
    [(FailureKind.REFUSED, "The server’s own words"), (FailureKind.TIMED_OUT, "What this computer reports")],
)
def test_it_is_told_whose_words_they_are(kind: FailureKind, heading: str) -> None:
    down = snapshot(Verdict.NEEDS_YOU, judged(Cause.UNKNOWN))
    last = HalfResult(Half.RECEIVING, Outcome.FAILED, failure=Failure(Half.RECEIVING, Step.SIGN_IN, kind, "no"))
    receiving = replace(down.standing.receiving, last=last)
    assert WORDS.whose_words(replace(down, standing=replace(down.standing, receiving=receiving))) == heading


def test_every_fact_that_rules_out_is_named() -> None:
    for name in RULES_OUT:
        halves: dict[str, str] = dict.fromkeys((Told.OTHER_HALF_ACCEPTS, Told.OTHER_HALF_TAKES_GRANT), "sending")
        values: dict[str, str | float | bool] = {Told.NEIGHBOURS_PASS: 3.0, **halves}
        judgement = Diagnosis((RankedCause(Cause.UNKNOWN, 0.9),), "a-rule", (Fact(name, values.get(name, True)),))
        down = snapshot(Verdict.NEEDS_YOU, judgement)
        assert WORDS.ruled_out(down).startswith("Ruled out: the ")
        assert WORDS.because(down) == []


@pytest.mark.parametrize("held", Held)
@pytest.mark.parametrize("verdict", [Verdict.RECONNECTING, Verdict.CONNECTED, Verdict.CHECKING])
def test_what_is_held_back_says_why_and_until_when(held: Held, verdict: Verdict) -> None:
    shown = replace(snapshot(verdict, judged(Cause.PROVIDER_OUTAGE), due=NOW + 60), held_until=NOW + 900, held=held)
    said = WORDS.next_try(shown, NOW)
    assert WORDS.clock(NOW + 900, NOW) in said
    assert len({WORDS.next_try(replace(shown, held=each), NOW) for each in Held}) == len(Held)
    if verdict is not Verdict.CONNECTED:
        assert WORDS.clock(NOW + 900, NOW) in WORDS.next_step(shown, NOW)


def test_a_server_that_went_on_refusing_good_secrets_is_for_an_admin_or_the_provider() -> None:
    given_up = snapshot(Verdict.NEEDS_YOU, judged(Cause.PROVIDER_OUTAGE, who=Actor.ADMIN_OR_PROVIDER), resting=True)
    assert WORDS.whose_move(given_up).startswith("Your admin’s or the provider’s move")
    assert "admin or the provider" in WORDS.next_step(given_up, NOW)
    assert given_up.standing.diagnosis is not None
    assert given_up.standing.diagnosis.action is Action.ASK_PROVIDER
