from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from PySide6.QtWidgets import QApplication, QComboBox, QDialog, QLineEdit

from mailbox_desk.adapters.resources import load_providers
from mailbox_desk.model.check import FailureKind
from mailbox_desk.model.errand import HalfTried, TryOutEnded, TryOutStep
from mailbox_desk.model.mailbox import AuthKind, Mailbox
from mailbox_desk.model.oauth import CameBack, CodeReady, Granted, GrantLife, SigningInStep, WrongAccount
from mailbox_desk.model.snapshot import Snapshot
from mailbox_desk.model.verdict import Half
from mailbox_desk.ui.oauth_apps_dialog import OAuthAppsDialog
from mailbox_desk.ui.reconnect_dialog import ReconnectDialog
from mailbox_desk.ui.surroundings import Surroundings
from mailbox_desk.wording import Wording
from tests.ui.fakes import FakeEngine
from tests.ui.finding import by_name, pressed, said
from tests.ui.oauth_samples import GRANT, LINK, app_of, failed, revoked
from tests.ui.samples import NOW, result, snapshot
from tests.ui.waiting import until

CODE = CodeReady("WDJB-MJHT", "https://example.org/device", "", NOW + 600)


def passing(mailbox: Mailbox) -> list[TryOutStep | None]:
    return [HalfTried(result(half)) for half in Half] + [TryOutEnded(True, mailbox)]


def opened(
    around: Surroundings,
    engine: FakeEngine,
    shown: Snapshot,
    *ways: Sequence[SigningInStep | None],
    apps: Sequence[str] = ("google",),
) -> ReconnectDialog:
    engine.provider_files = {each.id: each for each in load_providers()}
    engine.apps = [app_of(each) for each in apps]
    engine.sign_ins = list(ways)
    engine.board.publish(shown)
    dialog = ReconnectDialog(around, shown)
    dialog.open()
    return dialog


def go(words: Wording) -> str:
    return words.text("signin.go", provider="Google")


async def test_one_press_opens_the_browser_and_what_comes_back_is_proved_then_kept(
    around: Surroundings, engine: FakeEngine, words: Wording
) -> None:
    shown = revoked()
    dialog = opened(around, engine, shown, [LINK, None, CameBack(), Granted(GRANT, shown.mailbox.address)])
    engine.scripts = [passing(shown.mailbox)]
    assert not [each for each in dialog.findChildren(QLineEdit) if each.isVisible()]
    pressed(dialog, go(words))
    await until(lambda: engine.browsed)
    assert [each.toString() for each in engine.browsed] == [LINK.url]
    assert shown.mailbox.address in said(dialog)
    assert words.text("signin.left", time=words.duration(600)) in said(dialog)
    pressed(dialog, words.text("signin.open_again"))
    assert len(engine.browsed) == 2
    pressed(dialog, words.text("signin.copy_link"))
    assert QApplication.clipboard().text() == LINK.url
    assert not engine.wished("replace_credential")
    engine.gate.set()
    await until(lambda: engine.wished("replace_credential"))
    assert engine.wished("replace_credential") == [(shown.id, GRANT)]
    assert engine.tried[0].mailbox.auth is AuthKind.OAUTH
    engine.board.publish(snapshot(shown.id, version=2))
    await until(lambda: not dialog.isVisible())
    assert dialog.result() == QDialog.DialogCode.Accepted


async def test_a_wrong_account_is_named_and_the_next_try_lets_choose(
    around: Surroundings, engine: FakeEngine, words: Wording
) -> None:
    shown = revoked()
    wrong = WrongAccount(shown.mailbox.address, "other@gmail.com")
    dialog = opened(around, engine, shown, [LINK, CameBack(), wrong], [LINK, None])
    pressed(dialog, go(words))
    told = words.text("signin.wrong_account", signed_in="other@gmail.com", wanted=shown.mailbox.address)
    await until(lambda: told in said(dialog))
    assert not engine.tried
    assert not engine.wished("replace_credential")
    pressed(dialog, words.text("signin.sign_in_as", address=shown.mailbox.address))
    await until(lambda: len(engine.signed_in) == 2)
    prompts = [dict(app.service.extra)["prompt"] for _, app, _ in engine.signed_in]
    assert prompts == ["consent", "select_account consent"]
    dialog.reject()


async def test_it_can_be_called_off_and_begun_again(around: Surroundings, engine: FakeEngine, words: Wording) -> None:
    dialog = opened(around, engine, revoked(), [LINK, None], [LINK, None])
    pressed(dialog, go(words))
    await until(lambda: engine.browsed)
    pressed(dialog, words.text("signin.cancel"))
    await until(lambda: engine.cancelled == 1)
    assert dialog.isVisible()
    pressed(dialog, go(words))
    await until(lambda: len(engine.browsed) == 2)
    dialog.reject()
    await until(lambda: engine.cancelled == 2)


async def test_a_code_instead(around: Surroundings, engine: FakeEngine, words: Wording) -> None:
    shown = revoked("outlook_com")
    dialog = opened(around, engine, shown, [LINK, None], [CODE, None], apps=["outlook_com"])
    name = engine.provider_files["outlook_com"].name
    pressed(dialog, words.text("signin.go", provider=name))
    await until(lambda: engine.browsed)
    pressed(dialog, words.text("signin.use_code"))
    await until(lambda: CODE.user_code in said(dialog))
    assert [device for _, _, device in engine.signed_in] == [False, True]
    assert CODE.url in said(dialog)
    assert len(engine.browsed) == 1
    pressed(dialog, words.text("signin.copy_code"))
    assert QApplication.clipboard().text() == CODE.user_code
    pressed(dialog, CODE.url)
    assert engine.browsed[-1].toString() == CODE.url
    dialog.reject()


@pytest.mark.parametrize(
    ("ended", "key"),
    [
        (failed(FailureKind.REFUSED, '{"error": "access_denied"}', "access_denied"), "signin.declined"),
        (failed(FailureKind.TIMED_OUT, "timed out"), "signin.timed_out"),
        (failed(FailureKind.TEMPORARY, "HTTP 503"), "signin.weather"),
        (failed(FailureKind.REFUSED, '{"error": "nonsense"}', "nonsense"), "signin.refused"),
    ],
)
async def test_how_it_ended_is_said_with_what_next(
    around: Surroundings, engine: FakeEngine, words: Wording, ended: SigningInStep, key: str
) -> None:
    dialog = opened(around, engine, revoked(), [LINK, ended])
    pressed(dialog, go(words))
    await until(lambda: words.text(key, provider="Google") in said(dialog))
    assert go(words) in said(dialog)
    dialog.reject()


async def test_a_blocked_app_names_the_setting_and_leads_to_it(
    around: Surroundings, engine: FakeEngine, words: Wording
) -> None:
    blocked = failed(FailureKind.REFUSED, '{"error": "access_denied", "error_subtype": "admin_policy_enforced"}')
    dialog = opened(around, engine, revoked(), [LINK, blocked])
    pressed(dialog, go(words))
    await until(lambda: words.text("app_setting.google_policy") in said(dialog))
    pressed(dialog, words.text("signin.apps"))
    apps = dialog.findChild(OAuthAppsDialog)
    assert apps is not None
    assert apps.isVisible()
    apps.reject()
    dialog.reject()


async def test_without_an_app_it_says_so_and_one_that_is_entered_serves_at_once(
    around: Surroundings, engine: FakeEngine, words: Wording
) -> None:
    dialog = opened(around, engine, revoked(), apps=[])
    assert words.text("signin.no_app", provider="Google") in said(dialog)
    assert go(words) not in said(dialog)
    pressed(dialog, words.text("signin.apps"))
    apps = dialog.findChild(OAuthAppsDialog)
    assert apps is not None
    by_name(apps, QLineEdit, words.text("oauth_apps.client_id")).setText("mine")
    pressed(apps, words.text("oauth_apps.save"))
    await until(lambda: engine.wished("save_oauth_app"))
    apps.accept()
    await until(lambda: go(words) in said(dialog))
    dialog.reject()


async def test_of_several_apps_the_person_chooses(around: Surroundings, engine: FakeEngine, words: Wording) -> None:
    dialog = opened(around, engine, revoked(), [LINK, None], apps=["google", "google"])
    choice = by_name(dialog, QComboBox, words.text("signin.which_app"))
    assert choice.isVisible()
    engine.apps[1] = app_of("google", built_in=True)
    dialog.reject()


async def test_the_app_of_the_present_sign_in_is_chosen_already(
    around: Surroundings, engine: FakeEngine, words: Wording
) -> None:
    other = app_of("google", built_in=True, client_id="the-other-client")
    for grant, chosen in ((GrantLife(NOW, app=other.id), other.app.client_id), (None, "client-of-ours")):
        engine.provider_files = {each.id: each for each in load_providers()}
        engine.apps = [app_of("google"), other]
        engine.sign_ins = [[LINK, None]]
        dialog = ReconnectDialog(around, replace(revoked(), grant=grant))
        dialog.open()
        choice = by_name(dialog, QComboBox, words.text("signin.which_app"))
        assert choice.currentText() == words.text("signin.by_app", id=chosen)
        dialog.reject()
