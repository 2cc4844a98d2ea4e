from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QComboBox, QLineEdit, QListWidget

from mailbox_desk.adapters.help_pages import load_help
from mailbox_desk.adapters.mailbox_files import MailboxFiles
from mailbox_desk.adapters.resources import load_providers
from mailbox_desk.model.check import Failure, FailureKind, Step
from mailbox_desk.model.oauth import OAuthApp, TokenFailed
from mailbox_desk.model.vault_state import VaultClosed, VaultState
from mailbox_desk.model.verdict import Half
from mailbox_desk.ui.extras import Extras
from mailbox_desk.ui.help_browser import HelpBrowser
from mailbox_desk.ui.oauth_app_form import OTHER
from mailbox_desk.ui.oauth_apps_dialog import OAuthAppsDialog
from mailbox_desk.ui.surroundings import Surroundings
from mailbox_desk.wording import Wording
from tests.ui.fakes import FakeEngine
from tests.ui.finding import by_name, pressed, said
from tests.ui.oauth_samples import app_of
from tests.ui.waiting import until


@pytest.fixture
def files() -> Iterator[MailboxFiles]:
    made = MailboxFiles()
    yield made
    made.close()


def opened(
    around: Surroundings, engine: FakeEngine, files: MailboxFiles, provider: str | None = None
) -> OAuthAppsDialog:
    engine.provider_files = {each.id: each for each in load_providers()}
    dialog = OAuthAppsDialog(replace(around, extras=Extras(library=load_help(), files=files)), provider=provider)
    dialog.open()
    return dialog


def line(dialog: OAuthAppsDialog, words: Wording, name: str) -> QLineEdit:
    return by_name(dialog, QLineEdit, words.text(f"oauth_apps.{name}"))


def saved(engine: FakeEngine) -> OAuthApp:
    app = engine.wished("save_oauth_app")[-1][0]
    assert isinstance(app, OAuthApp)
    return app


def choose(dialog: OAuthAppsDialog, words: Wording, provider: str) -> None:
    choice = by_name(dialog, QComboBox, words.text("oauth_apps.provider"))
    choice.setCurrentIndex(choice.findData(provider))


async def test_a_new_app_is_kept_and_its_secret_is_shown_no_more(
    around: Surroundings, engine: FakeEngine, words: Wording, files: MailboxFiles
) -> None:
    dialog = opened(around, engine, files)
    choose(dialog, words, "microsoft")
    line(dialog, words, "client_id").setText(" my-client ")
    line(dialog, words, "tenant").setText("contoso.example")
    line(dialog, words, "secret").setText("secret-canary")
    pressed(dialog, words.text("oauth_apps.save"))
    await until(lambda: words.text("oauth_apps.saved") in said(dialog))
    app = saved(engine)
    assert (app.service.provider, app.client_id, app.tenant) == ("microsoft", "my-client", "contoso.example")
    assert app.client_secret is not None
    assert app.client_secret.reveal() == "secret-canary"
    assert line(dialog, words, "secret").text() == ""
    assert line(dialog, words, "secret").placeholderText() == words.text("oauth_apps.secret_kept")
    dialog.accept()


async def test_changing_one_keeps_its_id_and_a_secret_that_is_not_typed(
    around: Surroundings, engine: FakeEngine, words: Wording, files: MailboxFiles
) -> None:
    engine.apps = [app_of("google")]
    dialog = opened(around, engine, files)
    assert line(dialog, words, "client_id").text() == "client-of-ours"
    line(dialog, words, "client_id").setText("another")
    pressed(dialog, words.text("oauth_apps.save"))
    await until(lambda: engine.wished("save_oauth_app"))
    app = saved(engine)
    assert (app.id, app.client_id, app.client_secret) == (engine.apps[0].id, "another", None)
    dialog.accept()


@pytest.mark.parametrize(
    ("provider", "typed", "problem"),
    [
        ("google", {}, "client_id"),
        ("google", {"client_id": "two words"}, "client_id"),
        (OTHER, {"client_id": "x", "scopes": "mail", "issuer": "http://login.example"}, "issuer"),
        (OTHER, {"client_id": "x", "issuer": "https://login.example"}, "scopes"),
    ],
)
async def test_what_is_missing_is_said_and_nothing_saved(
    around: Surroundings,
    engine: FakeEngine,
    words: Wording,
    files: MailboxFiles,
    provider: str,
    typed: dict[str, str],
    problem: str,
) -> None:
    dialog = opened(around, engine, files)
    choose(dialog, words, provider)
    for name, text in typed.items():
        line(dialog, words, name).setText(text)
    pressed(dialog, words.text("oauth_apps.save"))
    assert words.text(f"oauth_apps.problem.{problem}") in said(dialog)
    assert not engine.wishes
    dialog.reject()


async def test_any_provider_by_its_issuer(
    around: Surroundings, engine: FakeEngine, words: Wording, files: MailboxFiles
) -> None:
    dialog = opened(around, engine, files, provider="generic")
    for name, text in (("issuer", "https://login.example/"), ("scopes", "imap smtp"), ("client_id", "desk")):
        line(dialog, words, name).setText(text)
    pressed(dialog, words.text("oauth_apps.save"))
    await until(lambda: engine.wished("save_oauth_app"))
    service = saved(engine).service
    assert (service.provider, service.issuer, service.scopes) == (
        "login.example",
        "https://login.example",
        ("imap", "smtp"),
    )
    dialog.accept()


async def test_an_issuer_that_can_not_be_read_saves_nothing(
    around: Surroundings, engine: FakeEngine, words: Wording, files: MailboxFiles
) -> None:
    dialog = opened(around, engine, files, provider="generic")
    for name, text in (("issuer", "https://login.example"), ("scopes", "imap"), ("client_id", "desk")):
        line(dialog, words, name).setText(text)
    engine.fails = TokenFailed(Failure(Half.RECEIVING, Step.AUTHORIZE, FailureKind.BROKEN, "HTTP 404 Not Found"))
    pressed(dialog, words.text("oauth_apps.save"))
    await until(lambda: "HTTP 404" in said(dialog))
    assert not engine.wished("save_oauth_app")
    assert line(dialog, words, "client_id").text() == "desk"
    dialog.reject()


async def test_google_s_file_fills_the_form_in(
    around: Surroundings, engine: FakeEngine, words: Wording, files: MailboxFiles, tmp_path: Path
) -> None:
    file = tmp_path / "client_secret.json"
    file.write_text(json.dumps({"installed": {"client_id": "id-of-file", "client_secret": "secret-of-file"}}))
    dialog = opened(around, engine, files, provider="google")
    dialog.read_file(file)
    await until(lambda: line(dialog, words, "client_id").text() == "id-of-file")
    pressed(dialog, words.text("oauth_apps.save"))
    await until(lambda: engine.wished("save_oauth_app"))
    secret = saved(engine).client_secret
    assert secret is not None
    assert secret.reveal() == "secret-of-file"
    dialog.accept()


@pytest.mark.parametrize(
    ("text", "fault"),
    [("{", "not_json"), ('{"web": {}}', "web_app"), (None, "unreadable"), ("x" * 70_000, "not_a_client")],
)
async def test_a_file_that_is_none_is_explained(
    around: Surroundings,
    engine: FakeEngine,
    words: Wording,
    files: MailboxFiles,
    tmp_path: Path,
    text: str | None,
    fault: str,
) -> None:
    file = tmp_path / "odd.json"
    if text is not None:
        file.write_text(text)
    dialog = opened(around, engine, files, provider="google")
    dialog.read_file(file)
    await until(lambda: words.text(f"client_secret.{fault}") in said(dialog))
    dialog.reject()


async def test_removing_asks_first(
    around: Surroundings, engine: FakeEngine, words: Wording, files: MailboxFiles
) -> None:
    engine.apps = [app_of("google")]
    dialog = opened(around, engine, files)
    pressed(dialog, words.text("oauth_apps.remove"))
    assert words.text("oauth_apps.remove_ask") in said(dialog)
    assert not engine.wishes
    pressed(dialog, words.text("oauth_apps.remove_yes"))
    await until(lambda: words.text("oauth_apps.removed") in said(dialog))
    assert not engine.apps
    assert by_name(dialog, QListWidget, words.text("oauth_apps.list")).count() == 0
    dialog.accept()


async def test_one_that_came_with_the_desk_stays_as_it_is(
    around: Surroundings, engine: FakeEngine, words: Wording, files: MailboxFiles
) -> None:
    engine.apps = [app_of("google", built_in=True)]
    dialog = opened(around, engine, files)
    assert words.text("oauth_apps.came_with") in said(dialog)
    assert not line(dialog, words, "client_id").isEnabled()
    dialog.accept()


async def test_a_closed_vault_is_said(
    around: Surroundings, engine: FakeEngine, words: Wording, files: MailboxFiles
) -> None:
    dialog = opened(around, engine, files, provider="google")
    line(dialog, words, "client_id").setText("mine")
    engine.fails = VaultClosed(VaultState.LOCKED)
    pressed(dialog, words.text("oauth_apps.save"))
    await until(lambda: words.text("ui.failed.vault.locked") in said(dialog))
    dialog.reject()


async def test_the_page_beside_it_walks_through_registering_one_there(
    around: Surroundings, engine: FakeEngine, words: Wording, files: MailboxFiles
) -> None:
    dialog = opened(around, engine, files, provider="google")
    help_page = dialog.findChild(HelpBrowser)
    assert help_page is not None
    shown = {}
    for provider in [each.id for each in load_providers() if each.oauth is not None] + [OTHER]:
        choose(dialog, words, provider)
        shown[provider] = help_page.page_id
    assert all(page.startswith("oauth_") for page in shown.values())
    assert [provider for provider, page in shown.items() if page == "oauth_other"] == [OTHER]
    dialog.accept()
