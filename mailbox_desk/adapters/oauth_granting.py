"""From the answer of a token endpoint to the last step of a sign-in: the grant, and who signed in."""

from __future__ import annotations

from collections.abc import Sequence

from mailbox_desk.adapters.oauth_answers import HALF, Granting, granting_of, json_of
from mailbox_desk.adapters.oauth_client import OAuthClient
from mailbox_desk.adapters.oauth_identity import WrongIdentity, address_in, claims_of
from mailbox_desk.adapters.oauth_requests import asking_who
from mailbox_desk.adapters.oauth_web import Question
from mailbox_desk.adapters.redaction import Redactor
from mailbox_desk.model.check import Failure, FailureKind, Step
from mailbox_desk.model.credential import OAuthToken, Secret
from mailbox_desk.model.mark import Mark
from mailbox_desk.model.oauth import Granted, OAuthApp, SignInFailed, TokenFailed


async def granted(
    client: OAuthClient, app: OAuthApp, question: Question, secrets: Sequence[Secret], nonce: str = ""
) -> Granted:
    """Ask for the grant. `secrets`: what the question holds. Raises TokenFailed, WrongIdentity."""
    redactor = redactor_of(app, *secrets)
    answer = await client.ask(question, Step.TOKEN, redactor)
    now = client.now()
    empty = OAuthToken(Secret(""), Secret(""), 0.0, app.id, now, now, app.scope)
    granting = granting_of(answer, empty, now, redactor)
    if not granting.token.refresh_token:  # it would end within the hour, and nothing could be done about it
        marks = frozenset({Mark.NO_REFRESH_TOKEN})
        raise TokenFailed(Failure(HALF, Step.TOKEN, FailureKind.UNSUPPORTED, "", marks=marks))
    return Granted(granting.token, await _who(client, app, granting, nonce))


def redactor_of(app: OAuthApp, *secrets: Secret) -> Redactor:
    """Hides these secrets and the app's own."""
    return Redactor("", *secrets, *((app.client_secret,) if app.client_secret else ()))


def failed_sign_in(error: TokenFailed | WrongIdentity) -> SignInFailed:
    """The last step where no grant was got, or none for us."""
    if isinstance(error, TokenFailed):
        return SignInFailed(error.failure)
    marks = frozenset({Mark.WRONG_IDENTITY})
    return SignInFailed(Failure(HALF, Step.TOKEN, FailureKind.BROKEN, str(error), marks=marks))


async def _who(client: OAuthClient, app: OAuthApp, granting: Granting, nonce: str) -> str:
    """The address that signed in, "" where nobody says."""
    claims = claims_of(granting.id_token, app, nonce) if granting.id_token else {}
    address = address_in(claims)
    if address or not app.service.userinfo_url:
        return address
    token = granting.token.access_token
    try:
        answer = await client.ask(asking_who(app, token), Step.TOKEN, redactor_of(app, token))
    except TokenFailed:
        return ""  # a first sign-in at the mail server will prove it
    told = json_of(answer)
    is_same = not claims or told.get("sub") == claims["sub"]  # OpenID Connect Core section 5.3.2
    return address_in(told) if answer.status == 200 and is_same else ""
