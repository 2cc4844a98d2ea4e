"""Seals credentials under a master key: AES-256-GCM (NIST SP 800-38D), a fresh random 96-bit nonce each time.

The one place where a secret is written out, and only into what it seals. The key shows itself to nobody.
"""

from __future__ import annotations

import hmac
import json
import os
from typing import NoReturn

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from mailbox_desk.model.credential import Credential, OAuthToken, Password, Secret
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.oauth import OAuthAppId

KEY_BYTES = 32
_VERSION = b"\x01"
_NONCE_BYTES = 12
_PADDING = 128


class WrongSeal(Exception):
    """Another key, another owner, or damaged: it can't be unsealed."""


class MasterKey:
    """256 bits that open every row of one vault. Only `reveal()` gives them."""

    __slots__ = ("__cipher", "__key")

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise WrongSeal("a master key has 32 bytes")
        self.__key = key
        self.__cipher = AESGCM(key)

    @classmethod
    def new(cls) -> MasterKey:
        return cls(os.urandom(KEY_BYTES))

    def reveal(self) -> bytes:
        return self.__key

    def seal(self, plain: bytes, owner: str) -> bytes:
        """Version byte, nonce, ciphertext and tag; it opens for the same `owner` only."""
        nonce = os.urandom(_NONCE_BYTES)
        return _VERSION + nonce + self.__cipher.encrypt(nonce, plain, _VERSION + owner.encode())

    def unseal(self, sealed: bytes, owner: str) -> bytes:
        """Raises WrongSeal."""
        if sealed[:1] != _VERSION:
            raise WrongSeal("sealed in a format that this program does not know")
        nonce, body = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
        try:
            return self.__cipher.decrypt(nonce, body, _VERSION + owner.encode())
        except (InvalidTag, ValueError) as error:
            raise WrongSeal("the seal does not fit") from error

    def __eq__(self, other: object) -> bool:
        return isinstance(other, MasterKey) and hmac.compare_digest(self.__key, other.reveal())

    def __hash__(self) -> int:
        return hash(MasterKey)

    def __repr__(self) -> str:
        return "MasterKey(•••)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a master key is not to be written down")


def seal_credential(key: MasterKey, mailbox_id: MailboxId, credential: Credential) -> bytes:
    """Padded, so that the length tells little of the password's."""
    plain = json.dumps(_fields(credential)).encode("ascii")
    return key.seal(plain + b" " * (-len(plain) % _PADDING), f"mailbox {mailbox_id}")


def seal_app_secret(key: MasterKey, app: OAuthAppId, secret: Secret) -> bytes:
    """The client secret of an OAuth app, padded likewise."""
    plain = json.dumps({"client_secret": secret.reveal()}).encode("ascii")
    return key.seal(plain + b" " * (-len(plain) % _PADDING), app_owner(app))


def unseal_app_secret(key: MasterKey, app: OAuthAppId, sealed: bytes) -> Secret:
    """Raises WrongSeal."""
    plain = key.unseal(sealed, app_owner(app))
    try:
        return Secret(str(json.loads(plain)["client_secret"]))
    except (ValueError, KeyError, TypeError):
        raise WrongSeal("sealed by a program that writes secrets otherwise") from None


def app_owner(app: OAuthAppId) -> str:
    """Whose row it is."""
    return f"oauth app {app}"


def unseal_credential(key: MasterKey, mailbox_id: MailboxId, sealed: bytes) -> Credential:
    """Raises WrongSeal."""
    plain = key.unseal(sealed, f"mailbox {mailbox_id}")
    try:
        fields = json.loads(plain)
        return _credential(fields)
    except (ValueError, KeyError, TypeError):
        # the cause is not kept: it may carry the plain text
        raise WrongSeal("sealed by a program that writes credentials otherwise") from None


def _fields(credential: Credential) -> dict[str, str | float | None]:
    match credential:
        case Password(receiving, sending):
            return {
                "kind": "password",
                "receiving": receiving.reveal(),
                "sending": _revealed(sending),
            }
        case OAuthToken():
            return {
                "kind": "oauth",
                "refresh_token": credential.refresh_token.reveal(),
                "access_token": credential.access_token.reveal(),
                "expires_at": credential.expires_at,
                "app": credential.app,
                "granted_at": credential.granted_at,
                "refreshed_at": credential.refreshed_at,
                "scope": credential.scope,
                "former_refresh_token": _revealed(credential.former_refresh_token),
            }


def _credential(fields: dict[str, str]) -> Credential:
    if fields["kind"] == "oauth":
        return OAuthToken(
            Secret(fields["refresh_token"]),
            Secret(fields["access_token"]),
            float(fields["expires_at"]),
            fields.get("app", ""),
            float(fields.get("granted_at", 0.0)),
            float(fields.get("refreshed_at", 0.0)),
            fields.get("scope", ""),
            _hidden(fields.get("former_refresh_token")),
        )
    if fields["kind"] != "password":
        raise ValueError(fields["kind"])
    return Password(Secret(fields["receiving"]), _hidden(fields["sending"]))


def _revealed(secret: Secret | None) -> str | None:
    return None if secret is None else secret.reveal()


def _hidden(text: str | None) -> Secret | None:
    return None if text is None else Secret(text)
