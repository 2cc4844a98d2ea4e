from __future__ import annotations

import json

import pytest

from mailbox_desk.model.client_secret import BadClientSecret, Fault, app_from_client_secret
from mailbox_desk.model.credential import Secret
from mailbox_desk.model.oauth import OAuthApp, OAuthAppId, OAuthService
from mailbox_desk.wording import Wording

GOOGLE = OAuthService("google", "https://accounts.example/a", "https://accounts.example/t", ("mail",))
ID = OAuthAppId("own")
# the shape that Google's console gives out for an app of the type "Desktop app"
DESKTOP = {
    "installed": {
        "client_id": "123-abc.apps.googleusercontent.com",
        "project_id": "my-desk",
        "auth_uri": "https://accounts.google.com/o/oauth2/auth",
        "token_uri": "https://oauth2.googleapis.com/token",
        "client_secret": "GOCSPX-hush",
        "redirect_uris": ["http://localhost"],
    }
}


def test_the_file_of_a_desktop_app() -> None:
    app = app_from_client_secret(json.dumps(DESKTOP), ID, GOOGLE)
    assert app == OAuthApp(ID, GOOGLE, "123-abc.apps.googleusercontent.com", Secret("GOCSPX-hush"))
    assert "hush" not in repr(app)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", Fault.NOT_JSON),
        ("client_secret=hush", Fault.NOT_JSON),
        ("[]", Fault.NOT_A_CLIENT),
        ('{"installed": []}', Fault.NOT_A_CLIENT),
        ('{"type": "service_account", "private_key": "hush"}', Fault.SERVICE_ACCOUNT),
        ('{"web": {"client_id": "x", "client_secret": "hush"}}', Fault.WEB_APP),
        ('{"installed": {"client_secret": "hush"}}', Fault.NO_ID),
        ('{"installed": {"client_id": 7, "client_secret": "hush"}}', Fault.NO_ID),
    ],
)
def test_another_file_is_refused_by_its_fault_alone(text: str, fault: Fault) -> None:
    with pytest.raises(BadClientSecret) as bad:
        app_from_client_secret(text, ID, GOOGLE)
    assert bad.value.fault is fault
    assert "hush" not in str(bad.value)
    assert bad.value.__cause__ is None


@pytest.mark.parametrize("fault", Fault)
def test_every_fault_has_its_sentence(fault: Fault) -> None:
    assert Wording.load(["en"], strict=True).text(f"client_secret.{fault.value}")
