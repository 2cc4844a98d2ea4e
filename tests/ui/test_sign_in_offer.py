from __future__ import annotations

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from mailbox_desk.adapters.resources import load_providers
from mailbox_desk.model.cause import Cause
from mailbox_desk.model.discovery import Candidate, DiscoveryEnded, Found, Source
from mailbox_desk.model.errand import Draft, HalfTried, TryOutEnded
from mailbox_desk.model.mailbox import AuthKind, Endpoint, Security
from mailbox_desk.model.oauth import CameBack, Granted, WrongAccount
from mailbox_desk.model.verdict import Half
from mailbox_desk.ui.add_dialog import AddDialog
from mailbox_desk.ui.oauth_apps_dialog import OAuthAppsDialog
from mailbox_desk.ui.surroundings import Surroundings
from mailbox_desk.wording import Wording
from tests.ui.fakes import FakeEngine
from tests.ui.finding import by_name, pressed, said
from tests.ui.oauth_samples import GRANT, LINK, app_of
from tests.ui.samples import diagnosed, mailbox, refusal, result
from tests.ui.waiting import until

ANNA = "anna@gmail.com"


@pytest.fixture
def dialog(around: Surroundings, engine: FakeEngine) -> AddDialog:
    engine.provider_files = {each.id: each for each in load_providers()}
    ends = [
        Endpoint(host, port, Security.TLS, ANNA) for host, port in (("imap.gmail.com", 993), ("smtp.gmail.com", 465))
    ]
    found = Candidate(Source.PROVIDER, ends[0], ends[1], provider="google", auth=frozenset({AuthKind.OAUTH}))
    engine.finds["gmail.com"] = [Found(found), DiscoveryEnded((found,))]
    engine.apps = [app_of("google")]
    made = AddDialog(around)
    made.open()
    return made


def go(words: Wording) -> str:
    return words.text("signin.go", provider="Google")


async def enter(dialog: AddDialog, words: Wording) -> None:
    field = by_name(dialog, QLineEdit, words.text("ui.add.address"))
    QTest.keyClicks(field, ANNA)
    field.editingFinished.emit()
    await until(lambda: words.text("signin.first", provider="Google") in said(dialog) or not dialog)


async def test_signing_in_comes_first_and_saves_what_was_proved(
    dialog: AddDialog, engine: FakeEngine, words: Wording
) -> None:
    engine.sign_ins = [[LINK, CameBack(), Granted(GRANT, ANNA)]]
    engine.scripts = [[*(HalfTried(result(half)) for half in Half), TryOutEnded(True, mailbox("new", ANNA))]]
    await enter(dialog, words)
    pressed(dialog, go(words))
    await until(lambda: engine.wished("add"))
    who = engine.signed_in[0][0]
    assert not isinstance(who, str)
    assert (who.address, who.auth) == (ANNA, AuthKind.OAUTH)
    assert [each.toString() for each in engine.browsed] == [LINK.url]
    ((draft,),) = engine.wished("add")
    assert isinstance(draft, Draft)
    assert draft.credential == GRANT
    assert engine.tried[0].credential == GRANT
    await until(lambda: words.text("adding.works", address=ANNA) in said(dialog))


async def test_a_password_that_was_typed_is_what_counts(dialog: AddDialog, engine: FakeEngine, words: Wording) -> None:
    engine.scripts = [[HalfTried(result(half)) for half in Half] + [TryOutEnded(True, mailbox("new", ANNA))]]
    await enter(dialog, words)
    QTest.keyClicks(by_name(dialog, QLineEdit, words.text("ui.add.password")), "an-app-password")
    assert go(words) not in said(dialog)
    pressed(dialog, words.text("ui.add.go"))
    await until(lambda: engine.wished("add"))
    assert not engine.signed_in


async def test_what_was_not_proved_in_both_halves_is_not_saved(
    dialog: AddDialog, engine: FakeEngine, words: Wording
) -> None:
    engine.sign_ins = [[LINK, Granted(GRANT, ANNA)]]
    tried = HalfTried(result(Half.SENDING, refusal(Half.SENDING)), diagnosed(Cause.PROTOCOL_DISABLED))
    engine.scripts = [[HalfTried(result(Half.RECEIVING)), tried, TryOutEnded(False, mailbox("new", ANNA))]]
    await enter(dialog, words)
    pressed(dialog, go(words))
    await until(lambda: words.text("ui.add.again") in said(dialog))
    assert words.text("ui.add.anyway") not in said(dialog)
    assert not engine.wished("add")


async def test_somebody_else_is_not_added(dialog: AddDialog, engine: FakeEngine, words: Wording) -> None:
    engine.sign_ins = [[LINK, WrongAccount(ANNA, "bert@gmail.com")]]
    await enter(dialog, words)
    pressed(dialog, go(words))
    await until(lambda: words.text("signin.wrong_account", signed_in="bert@gmail.com", wanted=ANNA) in said(dialog))
    assert not engine.tried
    assert not engine.wished("add")


async def test_calling_it_off_leaves_what_was_typed(dialog: AddDialog, engine: FakeEngine, words: Wording) -> None:
    engine.sign_ins = [[LINK, None]]
    await enter(dialog, words)
    pressed(dialog, go(words))
    await until(lambda: engine.browsed)
    pressed(dialog, words.text("signin.cancel"))
    await until(lambda: engine.cancelled)
    assert by_name(dialog, QLineEdit, words.text("ui.add.address")).text() == ANNA
    assert go(words) in said(dialog)


async def test_without_an_app_it_leads_to_where_one_is_entered(
    dialog: AddDialog, engine: FakeEngine, words: Wording
) -> None:
    engine.apps = []
    field = by_name(dialog, QLineEdit, words.text("ui.add.address"))
    QTest.keyClicks(field, ANNA)
    field.editingFinished.emit()
    await until(lambda: words.text("signin.no_app_for_new", provider="Google") in said(dialog))
    pressed(dialog, words.text("signin.apps"))
    apps = dialog.findChild(OAuthAppsDialog)
    assert apps is not None
    engine.apps = [app_of("google")]
    apps.accept()
    await until(lambda: go(words) in said(dialog))


@pytest.mark.parametrize("app", [None, "yahoo"])
async def test_nothing_is_promised_where_nobody_knows_whether_it_works(
    dialog: AddDialog, engine: FakeEngine, words: Wording, app: str | None
) -> None:
    """Yahoo: an app password comes first; who has an app of his own may try it."""
    ends = [Endpoint(host, port, Security.TLS, "ann@yahoo.com") for host, port in (("i.test", 993), ("s.test", 465))]
    kinds = frozenset({AuthKind.OAUTH, AuthKind.APP_PASSWORD})
    found = Candidate(Source.PROVIDER, ends[0], ends[1], provider="yahoo", auth=kinds)
    engine.finds["yahoo.com"] = [Found(found), DiscoveryEnded((found,))]
    engine.apps = [app_of(app)] if app else []
    field = by_name(dialog, QLineEdit, words.text("ui.add.address"))
    QTest.keyClicks(field, "ann@yahoo.com")
    field.editingFinished.emit()
    await until(lambda: words.text("provider.hint.app_password", name="Yahoo") in said(dialog))
    for promise in ("signin.first", "signin.no_app_for_new"):
        assert words.text(promise, provider="Yahoo") not in said(dialog)
    assert (words.text("signin.may", provider="Yahoo") in said(dialog)) == (app is not None)
