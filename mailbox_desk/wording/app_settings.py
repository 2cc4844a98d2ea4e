"""Which setting of an OAuth app or of a tenant is to be changed, by what the provider said. Pure.

Microsoft's numbers: https://learn.microsoft.com/entra/identity-platform/reference-error-codes; Google's words:
https://developers.google.com/identity/protocols/oauth2/native-app#authorization-errors; the rest: RFC 6749 sections
4.1.2.1 and 5.2. Read 2026-11-24.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

_NUMBER: Final = re.compile(r"AADSTS(\d{5,7})")
_BY_NUMBER: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "consent": frozenset({"65001", "90008", "90093", "90094", "90095", "90099", "900941", "650051"}),
        "assignment": frozenset({"50105", "501051"}),
        "unknown_app": frozenset({"700016", "70001", "650052", "500011"}),
        "app_disabled": frozenset({"7000112", "7000111"}),
        "secret_wrong": frozenset({"7000215", "70002", "50012"}),
        "secret_ended": frozenset({"7000222"}),
        "public_client": frozenset({"7000218", "7000216"}),
        "secret_unwanted": frozenset({"700025"}),
        "redirect": frozenset({"50011", "500113", "9002326", "9002327", "900971"}),
        "tenant": frozenset({"50020", "50194", "90002", "900023", "700054", "9002331", "9002346", "50128", "50059"}),
        "permissions": frozenset({"70011", "650053", "650056", "650057", "65005", "28002", "28003"}),
        "policy": frozenset({"53000", "53001", "53002", "53003", "53009", "530032", "530034", "530035", "530036"}),
    }
)
_BY_WORD: Final = (
    ("google_policy", re.compile(r"admin_policy_enforced")),
    ("google_internal", re.compile(r"org_internal")),
    ("google_testing", re.compile(r"access_not_configured|has not completed the Google verification", re.IGNORECASE)),
    ("google_embedded", re.compile(r"disallowed_useragent")),
    ("unknown_app", re.compile(r"deleted_client|disabled_client|client[ _]was not found", re.IGNORECASE)),
    ("redirect", re.compile(r"redirect_uri_mismatch|invalid_redirect|redirect_uri\b.{0,80}did not match")),
    ("secret_missing", re.compile(r"client_secret is missing", re.IGNORECASE)),
    ("client", re.compile(r'"(?:invalid_client|unauthorized_client|invalid_client_secret)"')),
    ("scope", re.compile(r'"(?:invalid_scope|invalid_target|OAUTH_SCOPE_MISMATCH)"')),
)


def setting_key(text: str) -> str:
    """The key of the sentence on what to change, `app_setting.<...>`; "" where the words name no setting. A number says
    more than a word, so it comes first."""
    numbers = set(_NUMBER.findall(text))
    for name, meant in _BY_NUMBER.items():
        if numbers & meant:
            return f"app_setting.{name}"
    return next((f"app_setting.{name}" for name, said in _BY_WORD if said.search(text)), "")
