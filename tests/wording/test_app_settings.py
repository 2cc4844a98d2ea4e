from __future__ import annotations

import re
from pathlib import Path

import pytest

from mailbox_desk.wording.app_settings import _BY_NUMBER, _BY_WORD, setting_key
from mailbox_desk.wording.catalogue import Catalogue

WORDS = Catalogue.load([], strict=True)
NAMES = {*_BY_NUMBER, *(name for name, _ in _BY_WORD)}


@pytest.mark.parametrize(
    ("said", "setting"),
    [
        ("AADSTS65001: The user or administrator has not consented to use the application with ID 'x'.", "consent"),
        ("AADSTS90094: An administrator of Contoso has set a policy that prevents you from granting", "consent"),
        ("AADSTS50105: The signed in user is not assigned to a role for the application", "assignment"),
        ("AADSTS700016: Application with identifier 'x' was not found in the directory", "unknown_app"),
        ("AADSTS7000112: Application 'x'(desk) is disabled.", "app_disabled"),
        ("AADSTS7000215: Invalid client secret provided.", "secret_wrong"),
        ("AADSTS7000222: The provided client secret keys for app 'x' are expired.", "secret_ended"),
        ("AADSTS7000218: The request body must contain the following parameter: 'client_assertion'", "public_client"),
        ("AADSTS50011: The redirect URI 'http://localhost:4711' does not match", "redirect"),
        ("AADSTS50194: Application 'x' is not configured as a multi-tenant application.", "tenant"),
        ("AADSTS53003: Access has been blocked by Conditional Access policies.", "policy"),
        ('{"error": "admin_policy_enforced"}', "google_policy"),
        ('{"error": "org_internal"}', "google_internal"),
        ('{"error": "invalid_request", "error_description": "client_secret is missing."}', "secret_missing"),
        ('{"error": "redirect_uri_mismatch"}', "redirect"),
        ('{"error": "deleted_client"}', "unknown_app"),
        ('{"error": "invalid_client"}', "client"),
        ('{"error":"invalid_scope"}', "scope"),
    ],
)
def test_the_setting_is_named(said: str, setting: str) -> None:
    assert setting_key(said) == f"app_setting.{setting}"


@pytest.mark.parametrize(
    "said",
    [
        '{"error": "access_denied"}',
        '{"error": "invalid_grant", "error_description": "Token has been expired or revoked."}',
        "AADSTS50126: Error validating credentials due to invalid username or password.",
        "AADSTS65004: User declined to consent to access the app.",
        "NO [AUTHENTICATIONFAILED] Invalid credentials",
        "",
    ],
)
def test_what_is_no_matter_of_the_app_names_none(said: str) -> None:
    assert setting_key(said) == ""


def test_each_setting_has_words_and_each_number_one_meaning() -> None:
    assert [name for name in NAMES if not WORDS.has(f"app_setting.{name}")] == []
    numbers = [number for group in _BY_NUMBER.values() for number in group]
    assert len(numbers) == len(set(numbers))
    catalogue = Path(__file__).resolve().parents[2] / "resources/locale/en/LC_MESSAGES/sign_in.po"
    told = set(re.findall(r'^msgid "app_setting\.(\w+)"', catalogue.read_text(encoding="utf-8"), re.MULTILINE))
    assert told == NAMES
