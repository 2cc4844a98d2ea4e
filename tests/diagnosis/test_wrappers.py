"""The same answer in other programs' clothes, other people's words around it, and without its code: judged alike."""

import base64
import json
from collections.abc import Callable, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbox_desk.adapters.resources import load_rules
from mailbox_desk.diagnosis.diagnose import explain
from mailbox_desk.model.cause import Cause
from mailbox_desk.model.check import Stage
from mailbox_desk.model.response import Response

RULES = load_rules()

PLAIN: Mapping[str, tuple[Stage, Cause]] = {
    "NO [AUTHENTICATIONFAILED] Authentication failed.": (Stage.IMAP_AUTH, Cause.CREDENTIALS_REJECTED),
    "NO Application-specific password required": (Stage.IMAP_AUTH, Cause.APP_PASSWORD_REQUIRED),
    "NO [OVERQUOTA] Quota exceeded (mailbox for user is full)": (Stage.IMAP_SESSION, Cause.OVER_QUOTA),
    "NO [UNAVAILABLE] Temporary authentication failure.": (Stage.IMAP_AUTH, Cause.PROVIDER_OUTAGE),
    "NO IMAP access is disabled for this account": (Stage.IMAP_AUTH, Cause.PROTOCOL_DISABLED),
    "NO Too many simultaneous connections.": (Stage.IMAP_AUTH, Cause.TOO_MANY_LOGINS),
    "NO Your account has been suspended": (Stage.IMAP_AUTH, Cause.ACCOUNT_SUSPENDED),
    "535 5.7.8 Error: authentication failed: authentication failure": (Stage.SMTP_AUTH, Cause.CREDENTIALS_REJECTED),
    "535 5.7.139 Authentication unsuccessful, basic authentication is disabled.": (
        Stage.SMTP_AUTH,
        Cause.BASIC_AUTH_DISABLED,
    ),
    "535 5.7.8 Your password has expired": (Stage.SMTP_AUTH, Cause.PASSWORD_EXPIRED),
    "454 4.7.0 Temporary authentication failure": (Stage.SMTP_AUTH, Cause.PROVIDER_OUTAGE),
    "550 5.4.5 Daily user sending limit exceeded.": (Stage.SMTP_SEND, Cause.SENDING_LIMIT),
    "552 5.2.2 Mailbox full": (Stage.SMTP_SEND, Cause.OVER_QUOTA),
    "550 5.1.1 User unknown": (Stage.SMTP_SEND, Cause.ACCOUNT_MISSING),
    "554 5.7.1 Relay access denied": (Stage.SMTP_SEND, Cause.WRONG_SERVER_SETTINGS),
}

WRAPPERS: Mapping[str, Callable[[str], str]] = {
    "imaplib": lambda text: f"imaplib.IMAP4.error: {text.encode()!r}",
    "imapclient": lambda text: f"imapclient.exceptions.LoginError: {text.encode()!r}",
    "smtplib": lambda text: str((int(text[:3]), text[4:].encode())) if text[0].isdigit() else repr([text.encode()]),
    "node": lambda text: f"Error: Invalid login: {text}\n    at SMTPConnection._formatError (/app/index.js:774:19)",
    "node json": lambda text: json.dumps({"code": "ECMD", "response": text, "command": "CMD"}),
    "json twice": lambda text: json.dumps({"body": json.dumps({"response": text})}),
    "java": lambda text: f"javax.mail.MessagingException: {text};\n  nested exception is:\n\tcom.sun.mail.X: {text}",
    "phpmailer": lambda text: f"2024-05-06 10:11:12 CLIENT -> SERVER: X\n2024-05-06 10:11:13 SERVER -> CLIENT: {text}",
    "thunderbird": lambda text: f"An error occurred while sending mail. The mail server responded:  {text}.",
    "postfix log": lambda text: f"Jan  5 10:11:12 mx postfix/smtp[42]: 4F: status=bounced (host mx said: {text})",
    "fetchmail": lambda text: f"fetchmail: IMAP< A0002 {text}",
    "mbsync": lambda text: f"IMAP command 'X' returned an error: {text}",
    "log": lambda text: f"[2024-05-06T10:11:12.123Z] ERROR  mail: {text}",
    "capitals": str.upper,
    "blanks": lambda text: text.replace(" ", "  ") + "\r\n",
    "quoted": lambda text: f"> {text}",
}


@pytest.mark.parametrize("wrapper", WRAPPERS)
@pytest.mark.parametrize("text", PLAIN)
def test_a_wrapper_changes_nothing(text: str, wrapper: str) -> None:
    stage, cause = PLAIN[text]
    assert explain(Response(WRAPPERS[wrapper](text), stage=stage), RULES).cause is cause


SAME_MEANING: Mapping[Cause, tuple[Stage, tuple[str, ...]]] = {
    Cause.CREDENTIALS_REJECTED: (
        Stage.IMAP_AUTH,
        (
            "NO Login incorrect",
            "NO Invalid user name or password.",
            "NO Benutzername oder Passwort falsch",
            "NO Anmeldung fehlgeschlagen",
            "NO Identifiant ou mot de passe incorrect",
            "NO Usuario o contraseña incorrectos",
            "NO Nome utente o password errati",
            "NO Неверный логин или пароль",
            "NO 用户名或密码错误",
            "NO Nieprawidłowy login lub hasło",
            "NO Gebruikersnaam of wachtwoord onjuist",
        ),
    ),
    Cause.OVER_QUOTA: (
        Stage.SMTP_SEND,
        (
            "452 4.2.2 user is over quota",
            "552 Mailbox quota exceeded",
            "Das Postfach ist voll",
            "Boîte aux lettres pleine",
            "Buzón de correo lleno",
            "Почтовый ящик переполнен",
            "对方邮箱已满",
        ),
    ),
    Cause.TOO_MANY_LOGINS: (
        Stage.IMAP_AUTH,
        (
            "NO Too many connections from your IP",
            "NO Zu viele gleichzeitige Verbindungen",
            "NO Trop de connexions",
            "NO Слишком много попыток входа",
            "NO 登录过于频繁",
            "NO connection limit reached",
        ),
    ),
    Cause.ACCOUNT_SUSPENDED: (
        Stage.IMAP_AUTH,
        (
            "NO account disabled",
            "NO user is suspended",
            "NO Ihr Konto wurde gesperrt",
            "NO Compte suspendu",
            "NO Аккаунт заблокирован",
            "NO 帐号已被冻结",
            "NO mailbox is inactive",
        ),
    ),
    Cause.NETWORK_UNREACHABLE: (
        Stage.TCP,
        (
            "connect ETIMEDOUT 203.0.113.7:993",
            "[Errno 111] Connection refused",
            "dial tcp 203.0.113.7:993: i/o timeout",
            "No route to host",
            "[WinError 10061] No connection could be made because the target machine actively refused it",
            "Verbindungsaufbau abgelehnt: Verbindung verweigert",
        ),
    ),
    Cause.TLS_FAILURE: (
        Stage.TLS,
        (
            "x509: certificate has expired or is not yet valid",
            "PKIX path building failed: unable to find valid certification path to requested target",
            "SEC_E_UNTRUSTED_ROOT (0x80090325)",
            "self signed certificate in certificate chain",
            "The remote certificate is invalid according to the validation procedure",
            "Das Zertifikat ist abgelaufen",
        ),
    ),
}


@pytest.mark.parametrize(
    ("cause", "text"), [(cause, text) for cause, (_, texts) in SAME_MEANING.items() for text in texts]
)
def test_other_words_and_languages_of_one_meaning(cause: Cause, text: str) -> None:
    assert explain(Response(text, stage=SAME_MEANING[cause][0]), RULES).cause is cause


@pytest.mark.parametrize("cause", [Cause.CREDENTIALS_REJECTED, Cause.OVER_QUOTA])
def test_misread_bytes_change_nothing(cause: Cause) -> None:
    stage, texts = SAME_MEANING[cause]
    for text in texts:
        garbled = text.encode().decode("latin-1")
        assert explain(Response(garbled, stage=stage), RULES).cause is cause, text


def test_a_challenge_is_read_wherever_it_stands() -> None:
    challenge = base64.b64encode(b'{"status":"401","schemes":"bearer","scope":"https://mail.google.com/"}').decode()
    for text in (f"+ {challenge}", f"334 {challenge}", f"(334, b'{challenge}')", f"response: < {challenge}"):
        assert explain(Response(text, "google", Stage.IMAP_AUTH, "oauth"), RULES).cause is Cause.TOKEN_EXPIRED


@given(
    text=st.sampled_from(sorted(PLAIN)),
    before=st.text("jqvwxz \n", max_size=3000),
    after=st.text("jqvwxz \n", max_size=3000),
)
def test_what_stands_around_an_answer_does_not_matter(text: str, before: str, after: str) -> None:
    stage, cause = PLAIN[text]
    assert explain(Response(f"{before}\n{text}\n{after}", stage=stage), RULES).cause is cause
