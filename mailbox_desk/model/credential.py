"""What a mailbox signs in with. The secret shows itself to nobody who does not ask by name.

A Secret must never reach repr, log, exception, snapshot, history or clipboard; it can't be pickled or copied to JSON.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import NoReturn

from mailbox_desk.model.mailbox import AuthKind
from mailbox_desk.model.verdict import Half


class Secret:
    """A password or token. Only `reveal()` gives the text."""

    __slots__ = ("__text",)

    def __init__(self, text: str) -> None:
        self.__text = text

    def reveal(self) -> str:
        return self.__text

    def __repr__(self) -> str:
        return "Secret(•••)"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return repr(self)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self.__text.encode(), other.reveal().encode())

    def __hash__(self) -> int:
        return hash(Secret)

    def __bool__(self) -> bool:
        return bool(self.__text)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not to be written down")


@dataclass(frozen=True, slots=True)
class Password:
    """The password for receiving, and the one for sending where it is another."""

    receiving: Secret
    sending: Secret | None = None

    def secret(self, half: Half) -> Secret:
        return self.receiving if half is Half.RECEIVING or self.sending is None else self.sending

    @property
    def is_shared(self) -> bool:
        """Both halves use the very same secret."""
        return self.sending is None or self.sending == self.receiving


@dataclass(frozen=True, slots=True)
class OAuthToken:
    """A grant: what refreshes, and the token got from it. Times are seconds since 1970 UTC: `expires_at` of the access
    token, `granted_at` when the person signed in, `refreshed_at` when the grant was last used; 0.0: not known.
    `app`: the id of the OAuth app it was given to; `scope` as the server named it."""

    refresh_token: Secret
    access_token: Secret
    expires_at: float
    app: str = ""
    granted_at: float = 0.0
    refreshed_at: float = 0.0
    scope: str = ""

    def secret(self, half: Half) -> Secret:
        return self.access_token

    @property
    def is_shared(self) -> bool:
        return True


Credential = Password | OAuthToken


def auth_of(credential: Credential, before: AuthKind) -> AuthKind:
    """How a mailbox signs in once it has this credential. `before`: how it did until then; which sort of password one
    is, only a person can know."""
    if isinstance(credential, OAuthToken):
        return AuthKind.OAUTH
    return AuthKind.PASSWORD if before is AuthKind.OAUTH else before
