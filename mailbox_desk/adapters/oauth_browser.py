"""Signing in by the system's browser (RFC 8252): authorization code with PKCE, state, issuer (RFC 9207), nonce.

The adapter offers the link; opening it is for who asked. The browser waits for its last page until the grant is there
or refused, so that it tells the truth.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Mapping
from string import Template

from mailbox_desk.adapters.failures import TIMED_OUT
from mailbox_desk.adapters.oauth_answers import HALF, failure_by_exception, refusal_by_browser
from mailbox_desk.adapters.oauth_client import OAuthClient
from mailbox_desk.adapters.oauth_granting import failed_sign_in, granted, redactor_of
from mailbox_desk.adapters.oauth_identity import WrongIdentity
from mailbox_desk.adapters.oauth_pages import Ending, Words, ending_of, load_frame, page
from mailbox_desk.adapters.oauth_redirect import Redirect
from mailbox_desk.adapters.oauth_requests import Authorization
from mailbox_desk.model.check import Failure, FailureKind, Step
from mailbox_desk.model.credential import Secret
from mailbox_desk.model.mark import Mark
from mailbox_desk.model.oauth import (
    CameBack,
    Granted,
    LinkReady,
    OAuthApp,
    OAuthService,
    SignInFailed,
    SignInStep,
    TokenFailed,
)


class BrowserSignIn:
    """One sign-in. `address`: the mailbox, hinted to the provider. Its steps come once."""

    def __init__(self, client: OAuthClient, words: Words, app: OAuthApp, address: str) -> None:
        self._client = client
        self._words = words
        self._app = app
        self._address = address
        self._authorization = Authorization.begin(app)

    async def steps(self, limit: float) -> AsyncGenerator[SignInStep, None]:
        """Closing the iterator ends it at once: nothing listens any more."""
        frame = await self._client.run(load_frame)
        stranger = page(frame, self._words, Ending.STRANGER)
        redirect = Redirect(self._app.service.redirect, self._authorization.state, stranger)
        try:
            await redirect.open()
        except OSError as error:
            yield SignInFailed(failure_by_exception(Step.AUTHORIZE, error, redactor_of(self._app)))
            return
        try:
            link = self._authorization.link(redirect.uri, self._address)
            yield LinkReady(link, self._client.now() + limit)
            async with asyncio.timeout(limit):
                back = await redirect.come()
            yield CameBack()
            last = await self._ended(back.told, redirect.uri)
            await back.show(self._page(frame, last))
            yield last
        except TimeoutError:
            marks = frozenset({Mark.STEP_TIMEOUT})
            yield SignInFailed(Failure(HALF, Step.AUTHORIZE, FailureKind.TIMED_OUT, TIMED_OUT, marks=marks))
        finally:
            redirect.close()

    async def _ended(self, told: Mapping[str, str], redirect_uri: str) -> Granted | SignInFailed:
        code = Secret(told.get("code", ""))
        if not comes_from(self._app.service, told.get("iss")):
            marks = frozenset({Mark.WRONG_ISSUER})
            return SignInFailed(Failure(HALF, Step.AUTHORIZE, FailureKind.BROKEN, "", marks=marks))
        if "error" in told:
            return SignInFailed(refusal_by_browser(told, redactor_of(self._app, self._authorization.verifier)))
        question = self._authorization.redeeming(code, redirect_uri)
        secrets = (code, self._authorization.verifier)
        try:
            return await granted(self._client, self._app, question, secrets, self._authorization.nonce)
        except (TokenFailed, WrongIdentity) as error:
            return failed_sign_in(error)

    def _page(self, frame: Template, last: Granted | SignInFailed) -> str:
        signed_in = last.address if isinstance(last, Granted) else ""
        ending = ending_of(last, self._address)
        return page(frame, self._words, ending, wanted=self._address, signed_in=signed_in)


def comes_from(service: OAuthService, issuer: str | None) -> bool:
    """Whether an answer that names this issuer, or none, may be this service's (RFC 9207 section 2.4)."""
    if issuer is None:
        return not service.tells_issuer
    if not service.issuer:
        return True  # nobody knows what it should be
    expected = re.escape(service.issuer).replace(re.escape("{tenantid}"), "[A-Za-z0-9.-]+")
    return re.fullmatch(expected, issuer) is not None
