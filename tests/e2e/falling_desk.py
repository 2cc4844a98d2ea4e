"""The program with a fault put in: `python falling_desk.py WHERE ARGUMENT...`. WHERE: "check", by an error that
quotes the token, as it is sent; "renewal", with the request in hand; "signal", killed by the system amid a check."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import NoReturn

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from mailbox_desk.__main__ import main
from mailbox_desk.adapters import oauth
from mailbox_desk.adapters.bearer import Bearer
from mailbox_desk.adapters.oauth_requests import refreshing
from mailbox_desk.model.credential import OAuthToken
from mailbox_desk.model.oauth import OAuthApp

FALL = "here the desk falls"


class Fall(Exception):
    """A kind that nobody knows."""


def falls_in_check(bearer: Bearer) -> NoReturn:
    token = bearer.token.reveal()
    coded = f"user={bearer.username}\1auth=Bearer {token}\1\1".encode()
    raise Fall(f"{FALL}: {coded!r} {token}")  # as libraries quote what they choke on


def falls_in_renewal(app: OAuthApp, grant: OAuthToken) -> NoReturn:
    question = refreshing(app, grant)
    token, form = grant.refresh_token.reveal(), question.form
    raise Fall(FALL) if token and form else AssertionError


def is_killed(bearer: Bearer) -> NoReturn:
    token = bearer.token.reveal()
    os.kill(os.getpid(), signal.SIGSEGV)
    raise AssertionError(len(token))


if __name__ == "__main__":
    where = sys.argv[1]
    if where == "renewal":
        oauth.refreshing = falls_in_renewal  # type: ignore[attr-defined]
    else:
        Bearer.first = property(falls_in_check if where == "check" else is_killed)  # type: ignore[assignment]
    sys.exit(main(sys.argv[2:]))
