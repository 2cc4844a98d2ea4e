from __future__ import annotations

from pathlib import Path

import pytest

from mailbox_desk.adapters.oauth_app_file import load_built_in_apps
from mailbox_desk.adapters.resources import BadResource
from mailbox_desk.model.credential import Secret
from mailbox_desk.model.oauth import OAuthApp, OAuthAppId, OAuthService

SERVICE = OAuthService("acme", "https://acme.example/a", "https://acme.example/t", ("mail",))


def test_the_program_comes_without_apps() -> None:
    assert load_built_in_apps({}) == ()


def test_an_app_put_in_at_packaging(tmp_path: Path) -> None:
    file = tmp_path / "oauth_apps.toml"
    file.write_text(
        "[[app]]\nid = 'ours'\nprovider = 'acme'\nclient_id = 'c'\nclient_secret = 's'\nin_testing = true\n", "utf-8"
    )
    (app,) = load_built_in_apps({"acme": SERVICE}, file)
    assert app == OAuthApp(OAuthAppId("ours"), SERVICE, "c", Secret("s"), "common", in_testing=True)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[app]", "can't be read"),
        ("[[app]]\nid = 'x y'\nprovider = 'acme'\nclient_id = 'c'", "can't be read"),
        ("[[app]]\nid = 'x'\nprovider = 'acme'\nclient_id = 'c'\nsecrt = 'hush'", "can't be read"),
        ("[[app]]\nid = 'x'\nprovider = 'nobody'\nclient_id = 'c'", "nobody"),
        ("[[app]]\nid = 'x'\nprovider = 'acme'\nclient_id = 'c'\n" * 2, "twice"),
    ],
)
def test_a_file_that_makes_no_sense_is_said_without_its_secrets(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "oauth_apps.toml"
    file.write_text(text, "utf-8")
    with pytest.raises(BadResource, match=said) as bad:
        load_built_in_apps({"acme": SERVICE}, file)
    assert "hush" not in str(bad.value)
