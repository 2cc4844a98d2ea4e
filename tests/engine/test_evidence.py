"""The same words judged by what the engine knows: the real engine and the real rules, from the first check on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from mailbox_desk.adapters.resources import load_rules
from mailbox_desk.diagnosis.diagnose import diagnose
from mailbox_desk.model.check import Failure, FailureKind, Step
from mailbox_desk.model.credential import Password, Secret
from mailbox_desk.model.diagnosis import Around, Context, Diagnosis
from mailbox_desk.model.errand import Draft, Errand, HalfTried
from mailbox_desk.model.mailbox import Endpoint, Mailbox, MailboxId, Security
from mailbox_desk.model.told import Told
from mailbox_desk.model.verdict import Half
from tests.engine.fakes import DAY, EPOCH, HOUR, Lab

RULES = load_rules()
ANN = MailboxId("ann")
MINUTE = 60.0


def invalid(errand: Errand) -> Failure:
    """Word for word the same in every history."""
    said = "NO [AUTHENTICATIONFAILED] Invalid credentials"
    return Failure(errand.half, Step.SIGN_IN, FailureKind.REFUSED, said, "AUTHENTICATIONFAILED")


def shut_out(errand: Errand) -> Failure:
    said = "* BYE service not available"
    return Failure(errand.half, Step.GREETING, FailureKind.CLOSED, said, marks=frozenset({"eof"}))


class Court:
    """The real judge, and all that was put before it."""

    def __init__(self) -> None:
        self.heard: list[tuple[Failure, Context]] = []

    def __call__(self, failure: Failure, context: Context) -> Diagnosis:
        self.heard.append((failure, context))
        return diagnose(failure, context, RULES)

    @property
    def last(self) -> Context:
        return self.heard[-1][1]


@pytest.fixture
async def court(lab: Lab) -> AsyncIterator[Court]:
    judge = Court()
    lab.judge = judge
    yield judge


def judged(lab: Lab, user: str = "ann") -> Diagnosis:
    standing = lab.snapshot(user).standing
    diagnosis = standing.receiving.diagnosis or standing.sending.diagnosis
    assert diagnosis is not None
    return diagnosis


def told(diagnosis: Diagnosis) -> dict[str, object]:
    return {fact.name: fact.value for fact in diagnosis.facts}


async def test_never_worked(lab: Lab, court: Court) -> None:
    lab.mailbox("ann")
    lab.servers.set("ann", invalid)
    await lab.start()
    await lab.clock.pass_by(10 * MINUTE)
    assert [each.cause.value for each in judged(lab).causes[:2]] == ["credentials_rejected", "wrong_server_settings"]
    assert Told.NEVER_WORKED in told(judged(lab))
    assert court.last.secret_age is None, "nobody knows when it was stored"


async def test_worked_until_now(lab: Lab, court: Court) -> None:
    lab.mailbox("ann")
    await lab.start()
    await lab.clock.pass_by(HOUR)
    lab.servers.set("ann", invalid)
    await lab.clock.pass_by(15 * MINUTE)
    assert judged(lab).cause.value == "credentials_rejected"
    assert Told.WORKED_UNTIL in told(judged(lab))
    assert court.last.woke_ago is None
    assert not court.last.local_network_down


async def test_sending_is_fine(lab: Lab, court: Court) -> None:
    lab.mailbox("ann")
    await lab.start()
    await lab.clock.pass_by(HOUR)
    lab.servers.set("ann", invalid, Half.RECEIVING)
    await lab.clock.pass_by(15 * MINUTE)
    assert judged(lab).cause.value == "protocol_disabled"
    assert told(judged(lab))[Told.OTHER_HALF_ACCEPTS] == "sending"


async def test_thirty_neighbours_are_refused_too(lab: Lab, court: Court) -> None:
    users = [f"u{number}" for number in range(30)]
    for user in ("ann", *users):
        lab.mailbox(user)
    lab.settings = replace(lab.settings, refusals_per_host=100)
    await lab.start()
    await lab.clock.pass_by(HOUR)
    for user in ("ann", *users):
        lab.servers.set(user, invalid)
    await lab.clock.pass_by(12 * MINUTE)
    assert {judged(lab, user).cause.value for user in ("ann", *users)} == {"provider_outage"}, "the first of them too"
    assert told(judged(lab))[Told.NEIGHBOURS_REFUSED] == 30.0
    second = [context for failure, context in court.heard if failure.half is Half.SENDING]
    assert len(second) == 31, "and no secret was sent a third time"
    assert all(context.host_refused >= 3 for context in second), "asked at the other protocol, and the same holds there"


async def test_thirty_neighbours_that_never_worked_say_nothing_of_the_host(lab: Lab, court: Court) -> None:
    for user in ("ann", *(f"u{number}" for number in range(30))):
        lab.mailbox(user)
        lab.servers.set(user, invalid)
    lab.settings = replace(lab.settings, refusals_per_host=100)
    await lab.start()
    await lab.clock.pass_by(10 * MINUTE)
    assert judged(lab).cause.value == "credentials_rejected"
    assert (court.last.host_failing, court.last.host_refused) == (30, 0)


async def test_just_after_a_wake(lab: Lab, court: Court) -> None:
    lab.mailbox("ann")
    await lab.start()
    await lab.clock.pass_by(HOUR)
    lab.servers.set("ann", invalid)
    lab.clock.skew += 8 * HOUR  # asleep: only the wall clock went on
    lab.engine.check_now([ANN])
    await lab.clock.pass_by(1)
    assert court.heard[0][1].woke_ago == 0.0
    assert Told.JUST_WOKE in told(judged(lab))
    assert [each.cause.value for each in judged(lab).causes[:2]] == ["credentials_rejected", "suspicious_activity"]
    await lab.clock.pass_by(10 * MINUTE)
    assert Told.JUST_WOKE not in told(judged(lab)), "the second opinion is asked long after"


async def test_stored_400_days_ago(lab: Lab, court: Court) -> None:
    await lab.start()
    receiving = Endpoint("mail.example", 993, Security.TLS, "ann")
    await lab.engine.add(Draft(Mailbox(ANN, "ann@example.com", receiving, None), Password(Secret("pw"))))
    await lab.clock.pass_by(HOUR)
    await lab.engine.stop()
    lab.clock._now += 400 * DAY
    lab.servers.set("ann", invalid)
    await lab.start()
    await lab.clock.pass_by(10 * MINUTE)
    assert [each.cause.value for each in judged(lab).causes[:2]] == ["credentials_rejected", "password_expired"]
    age = told(judged(lab))[Told.SECRET_AGE]
    assert isinstance(age, float)
    assert 400 * DAY < age < 401 * DAY
    await lab.engine.replace_credential(ANN, Password(Secret("new")))
    await lab.clock.pass_by(MINUTE)
    assert court.last.secret_age is not None
    assert court.last.secret_age < MINUTE


async def test_changed_servers_leave_the_secret_its_age(lab: Lab, court: Court) -> None:
    engine = await lab.start()
    mailbox = Mailbox(ANN, "ann@example.com", Endpoint("mail.example", 993, Security.TLS, "ann"), None)
    async for _ in engine.add_all([Draft(mailbox, Password(Secret("pw")))]):
        pass
    await lab.clock.pass_by(HOUR)
    await engine.update(replace(mailbox, receiving=Endpoint("new.example", 993, Security.TLS, "ann")))
    await lab.clock.pass_by(MINUTE)
    assert lab.snapshot("ann").standing.secret_since == EPOCH
    async for _ in engine.add_all([Draft(mailbox, Password(Secret("newer")))]):
        pass
    await lab.clock.pass_by(MINUTE)
    assert lab.snapshot("ann").standing.secret_since == EPOCH + HOUR + MINUTE


async def test_a_whole_provider_is_down_at_all_its_hosts(lab: Lab, court: Court) -> None:
    for number in range(4):
        lab.mailbox(f"u{number}", sending=False, host=f"h{number}.example", provider="zoho")
    lab.mailbox("eve", sending=False, host="other.example")
    await lab.start()
    await lab.clock.pass_by(HOUR)
    for number in range(4):
        lab.servers.set(f"u{number}", shut_out)
    await lab.clock.pass_by(20 * MINUTE)
    assert {judged(lab, f"u{number}").cause.value for number in range(4)} == {"provider_outage"}
    assert court.last.at_provider == Around(0, 3)
    assert court.last.in_domain == Around(1, 3)


async def test_a_server_that_closed_password_sign_in(lab: Lab, court: Court) -> None:
    lab.mailbox("ann", sending=False)
    lab.servers.offers = frozenset({"IMAP4REV1", "AUTH=XOAUTH2", "AUTH=OAUTHBEARER"})
    await lab.start()
    await lab.clock.pass_by(HOUR)
    passed = lab.shelf.standings[ANN].receiving.last
    assert passed is not None
    assert passed.capabilities == frozenset(), "nothing that the store need keep of those that pass"
    lab.servers.set("ann", invalid)
    await lab.clock.pass_by(15 * MINUTE)
    assert judged(lab).cause.value == "basic_auth_disabled"
    assert Told.SIGN_IN_NOT_OFFERED in told(judged(lab))
    failed = lab.shelf.standings[ANN].receiving.last
    assert failed is not None
    assert failed.capabilities == lab.servers.offers


async def test_a_fault_of_ours_is_no_evidence_against_a_server(lab: Lab, court: Court) -> None:
    for user in ("ann", "bob"):
        lab.mailbox(user, sending=False)
    del lab.vault.secrets[MailboxId("bob")]
    lab.servers.set("ann", invalid)
    await lab.start()
    await lab.clock.pass_by(10 * MINUTE)
    of_ann = [context for failure, context in court.heard if failure.kind is FailureKind.REFUSED]
    assert {(context.host_passing, context.host_failing) for context in of_ann} == {(0, 0)}


async def test_a_removed_mailbox_and_old_servers_are_no_neighbours(lab: Lab, court: Court) -> None:
    mailboxes = [lab.mailbox(user, sending=False) for user in ("bob", "cid", "dan")]
    lab.mailbox("ann", sending=False)
    engine = await lab.start()
    await lab.clock.pass_by(HOUR)
    await engine.remove(MailboxId("bob"))
    moved = Endpoint("elsewhere.example", 993, Security.TLS, "cid")
    await engine.update(replace(mailboxes[1], receiving=moved))
    lab.servers.set("ann", invalid)
    await lab.clock.pass_by(10 * MINUTE)
    assert (court.last.host_passing, court.last.host_failing) == (1, 0)


async def test_a_restart_knows_no_neighbours(lab: Lab, court: Court) -> None:
    lab.mailbox("bob", sending=False)
    await lab.start()
    await lab.clock.pass_by(HOUR)
    await lab.engine.stop()
    engine = await lab.start(first_round=False)
    receiving = Endpoint("mail.example", 993, Security.TLS, "new")
    draft = Draft(Mailbox(MailboxId("new"), "new@example.com", receiving, None), Password(Secret("pw")))
    lab.servers.set("new", invalid)
    assert [step async for step in engine.try_out(draft)]
    assert court.last.host_passing == 0


async def test_a_try_out_is_judged_beside_the_neighbours(lab: Lab, court: Court) -> None:
    for user in ("bob", "cid"):
        lab.mailbox(user, sending=False)
    lab.servers.offers = frozenset({"IMAP4REV1", "LOGINDISABLED"})
    engine = await lab.start()
    await lab.clock.pass_by(HOUR)
    lab.servers.set("new", invalid)
    receiving = Endpoint("mail.example", 993, Security.TLS, "new")
    draft = Draft(Mailbox(MailboxId("new"), "new@example.com", receiving, None), Password(Secret("pw")))
    tried = [step async for step in engine.try_out(draft) if isinstance(step, HalfTried)]
    assert court.last.host_passing == 2
    assert court.last.capabilities == lab.servers.offers
    assert tried[0].diagnosis is not None
    assert Told.SIGN_IN_NOT_OFFERED in told(tried[0].diagnosis)


async def test_the_judge_of_the_refused_half_hears_of_that_halfs_host(lab: Lab, court: Court) -> None:
    """Receiving is refused, sending takes the secret: what is judged then is receiving, beside others who receive."""
    lab.mailbox("ann")
    for user in ("bob", "cid"):
        lab.mailbox(user, sending=False)
    await lab.start()
    await lab.clock.pass_by(HOUR)
    lab.servers.set("ann", invalid, Half.RECEIVING)
    await lab.clock.pass_by(10 * MINUTE)
    accepted = [context for _, context in court.heard if context.same_secret_accepted]
    assert accepted
    assert accepted[0].host_passing == 2
