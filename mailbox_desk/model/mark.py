"""Short machine words that an adapter knows for sure of a failure. They are facts, not causes: rules read them.

`Failure.marks` holds them as plain strings; a Mark is a str, so both compare equal.
"""

from __future__ import annotations

from enum import StrEnum


class Mark(StrEnum):
    """One fact. The kinds they come with are listed in adapters/failures.py."""

    # name look-up
    NAME_UNKNOWN = "name_unknown"
    NAME_SERVER_TROUBLE = "name_server_trouble"
    RESOLVE_TIMEOUT = "resolve_timeout"
    # connect
    REFUSED_CONNECTION = "refused_connection"
    NO_ROUTE = "no_route"
    CONNECT_TIMEOUT = "connect_timeout"
    # the line itself
    RESET = "reset"
    EOF = "eof"
    SHUT = "shut"
    STEP_TIMEOUT = "step_timeout"
    TOTAL_TIMEOUT = "total_timeout"
    TOO_MUCH_DATA = "too_much_data"
    # TLS
    PLAIN_ON_TLS_PORT = "plain_on_tls_port"
    TLS_ON_PLAIN_PORT = "tls_on_plain_port"
    TLS_TOO_OLD = "tls_too_old"
    CERT_EXPIRED = "cert_expired"
    CERT_NOT_YET_VALID = "cert_not_yet_valid"
    CERT_HOSTNAME = "cert_hostname"
    CERT_UNTRUSTED = "cert_untrusted"
    CERT_REVOKED = "cert_revoked"
    PIN_CHANGED = "pin_changed"
    STARTTLS_NOT_OFFERED = "starttls_not_offered"
    STARTTLS_REFUSED = "starttls_refused"
    STARTTLS_INJECTION = "starttls_injection"
    PLAIN_NOT_ALLOWED = "plain_not_allowed"
    # the conversation
    BYE = "bye"
    ALERT = "alert"
    PREAUTH = "preauth"
    NOT_A_MAIL_SERVER = "not_a_mail_server"
    OTHER_MAIL_PROTOCOL = "other_mail_protocol"
    UNEXPECTED_ANSWER = "unexpected_answer"
    LOGIN_DISABLED = "login_disabled"
    AUTH_NOT_OFFERED = "auth_not_offered"
    UNSENDABLE = "unsendable"
    # signing in by the browser
    WRONG_ISSUER = "wrong_issuer"
    WRONG_IDENTITY = "wrong_identity"
    NO_REFRESH_TOKEN = "no_refresh_token"
    # the desk's own vault, before anything is sent
    SECRET_MISSING = "secret_missing"
    SECRET_UNREADABLE = "secret_unreadable"
    OAUTH_APP_MISSING = "oauth_app_missing"
    # admin connections: a token was asked for by one; it was refused twice and is left alone; none serves; our clock is
    # not the server's; mail by such a token
    ADMIN_CONNECTION = "admin_connection"
    CONNECTION_RESTS = "connection_rests"
    ADMIN_CONNECTION_MISSING = "admin_connection_missing"
    CLOCK_WRONG = "clock_wrong"
    APP_ONLY_ACCESS = "app_only_access"
