from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbox_desk.adapters.csv_formats import COLUMNS
from mailbox_desk.adapters.mailbox_csv import MOST_ROWS, Reading, mailbox_id_for, parse_mailbox_csv, read_mailbox_csv
from mailbox_desk.model.import_plan import CsvMailbox, CsvProblem, CsvReason, CsvRow, Layout
from mailbox_desk.model.mailbox import Endpoint, Security
from mailbox_desk.model.verdict import Half

HEADER = ",".join(COLUMNS)
SHORT = "address,password,imap_host"


def rows(text: str | bytes, reading: Reading | None = None, *, allow_plain: bool = False) -> list[CsvRow]:
    content = text.encode() if isinstance(text, str) else text
    told = parse_mailbox_csv(content, reading or Reading(allow_plain=allow_plain))
    return [*told.rows, *([told.trouble] if told.trouble else [])]


def one(text: str | bytes, reading: Reading | None = None, *, allow_plain: bool = False) -> CsvMailbox:
    (row,) = rows(text, reading, allow_plain=allow_plain)
    assert isinstance(row, CsvMailbox), row
    return row


def test_a_whole_row() -> None:
    row = one(
        f"{HEADER}\nann@example.org,Ann,ann,pw,imap.example.org,1993,tls,"
        'smtp.example.org,1587,ann-out,pw2,starttls,"sales, eu",hello\n'
    )
    assert row.line_number == 2
    box = row.mailbox
    assert (box.address, box.name, box.tags, box.note) == ("ann@example.org", "Ann", ("sales", "eu"), "hello")
    assert box.receiving == Endpoint("imap.example.org", 1993, Security.TLS, "ann")
    assert box.sending == Endpoint("smtp.example.org", 1587, Security.STARTTLS, "ann-out")
    assert row.credential.secret(Half.RECEIVING).reveal() == "pw"
    assert row.credential.secret(Half.SENDING).reveal() == "pw2"
    assert box.provider == "generic"
    assert box.id == mailbox_id_for(" ANN@example.org")


def test_little_is_enough() -> None:
    row = one(f"{SHORT}\nann@example.org,pw,imap.example.org")
    assert row.mailbox.receiving == Endpoint("imap.example.org", 993, Security.TLS, "ann@example.org")
    assert row.mailbox.sending is None
    assert row.credential.is_shared


def test_sending_alone_with_a_password_of_either_column() -> None:
    for column in ("password", "smtp_password"):
        row = one(f"address,{column},smtp_host\nann@example.org,pw,smtp.example.org")
        assert row.mailbox.receiving is None
        assert row.mailbox.sending == Endpoint("smtp.example.org", 465, Security.TLS, "ann@example.org")
        assert row.credential.secret(Half.SENDING).reveal() == "pw"


@pytest.mark.parametrize(
    ("port", "security", "expected_port", "expected"),
    [
        ("", "", 993, Security.TLS),
        ("143", "", 143, Security.STARTTLS),
        ("993", "", 993, Security.TLS),
        ("10993", "", 10993, Security.AUTO),
        ("", "starttls", 143, Security.STARTTLS),
        ("", " TLS ", 993, Security.TLS),
        ("143", "SSL", 143, Security.TLS),
    ],
)
def test_what_is_missing_follows_from_what_is_there(
    port: str, security: str, expected_port: int, expected: Security
) -> None:
    row = one(f"{SHORT},imap_port,imap_security\na@example.org,pw,imap.example.org,{port},{security}")
    assert row.mailbox.receiving == Endpoint("imap.example.org", expected_port, expected, "a@example.org")


def test_plain_needs_loopback_or_a_yes() -> None:
    text = f"{SHORT},imap_security\na@example.org,pw,{{}},none"
    assert one(text.format("127.0.0.1")).mailbox.receiving == Endpoint("127.0.0.1", 143, Security.NONE, "a@example.org")
    assert rows(text.format("mail.example.org")) == [
        CsvProblem(2, CsvReason.PLAIN_NOT_ALLOWED, "imap_security", "a@example.org")
    ]
    allowed = one(text.format("mail.example.org"), allow_plain=True).mailbox.receiving
    assert allowed is not None
    assert allowed.plain_allowed
    secured = one(f"{SHORT}\na@example.org,pw,h.example.org", allow_plain=True).mailbox.receiving
    assert secured is not None
    assert not secured.plain_allowed


@pytest.mark.parametrize(
    ("cells", "reason", "detail"),
    [
        (",pw,imap.example.org,,", CsvReason.NO_ADDRESS, "address"),
        ("ann,pw,imap.example.org,,", CsvReason.BAD_ADDRESS, "address"),
        ("a b@example.org,pw,imap.example.org,,", CsvReason.BAD_ADDRESS, "address"),
        ("b@example.org,,imap.example.org,,", CsvReason.NO_PASSWORD, "password"),
        ("b@example.org,pw,,,", CsvReason.NO_SERVER, "imap_host"),
        ("b@example.org,pw,https://imap.example.org,,", CsvReason.BAD_HOST, "imap_host"),
        ("b@example.org,pw,imap.example.org,0,", CsvReason.BAD_PORT, "imap_port"),
        ("b@example.org,pw,imap.example.org,99999,", CsvReason.BAD_PORT, "imap_port"),
        ("b@example.org,pw,imap.example.org,x,", CsvReason.BAD_PORT, "imap_port"),
        ("b@example.org,pw,imap.example.org,,maybe", CsvReason.BAD_SECURITY, "imap_security"),
        ("A@example.org,pw,imap.example.org,,", CsvReason.DUPLICATE_ADDRESS, "A@example.org"),
        ("b@example.org,pw,imap.example.org,,,,more", CsvReason.BROKEN_ROW, "7 > 5"),
        ('b@example.org,"pw,imap.example.org,,', CsvReason.BROKEN_ROW, "unexpected end of data"),
        ('b@example.org,"pw"x,imap.example.org,,', CsvReason.BROKEN_ROW, "',' expected after '\"'"),
    ],
)
def test_a_bad_row_is_told_and_stops_no_other(cells: str, reason: CsvReason, detail: str) -> None:
    good = "{}@example.org,pw,imap.example.org,,"
    text = f"{SHORT},imap_port,imap_security\n{good.format('a')}\n{cells}\n\n{good.format('z')}\n"
    first, bad, last = rows(text)
    assert isinstance(first, CsvMailbox)
    assert isinstance(bad, CsvProblem)
    assert (bad.line_number, bad.reason_key, bad.detail) == (3, reason, detail)
    is_readable = reason not in (CsvReason.NO_ADDRESS, CsvReason.BAD_ADDRESS, CsvReason.BROKEN_ROW)
    assert bad.address == (cells.partition(",")[0] if is_readable else "")
    assert isinstance(last, CsvMailbox)
    assert last.line_number == 5


def test_a_row_that_has_slipped_tells_nobody_the_password() -> None:
    for text in ("b@example.org,hun,ter2 secret,993", "b@example.org,hun,ter2@secret,imap.example.org"):
        for row in rows(f"{SHORT},imap_port\n{text}"):
            assert isinstance(row, CsvProblem)
            assert "ter2" not in repr(row)
    assert "hunter2" not in repr(one(f"{SHORT}\nb@example.org,hunter2,imap.example.org"))


@pytest.mark.parametrize(
    "content",
    [
        "\ufeffaddress,password,imap_host\r\nä@example.org,pä,imap.example.org\r\n".encode(),
        "address;password;imap_host\nä@example.org;pä;imap.example.org\n".encode(),
        "address\tpassword\timap_host\rä@example.org\tpä\timap.example.org\r".encode(),
        "\n\n Address , PASSWORD , IMAP host \nä@example.org, pä , imap.example.org ".replace("pä ", "pä").encode(),
        "address,password,imap_host\nä@example.org,pä,imap.example.org".encode("latin-1"),
        "address,password,imap_host\nä@example.org,pä,imap.example.org".encode("utf-16"),
        'address,"password","imap_host"\n"ä@example.org", "pä","imap.example.org"'.encode(),
    ],
)
def test_files_as_the_world_writes_them(content: bytes) -> None:
    row = one(content)
    assert row.mailbox.address == "ä@example.org"
    assert row.credential.secret(Half.RECEIVING).reveal() == "pä"


def test_a_password_may_hold_what_csv_can() -> None:
    row = one(f'{SHORT},note\nb@example.org," a,;""b "" ",imap.example.org,"two\nlines"')
    assert row.credential.secret(Half.RECEIVING).reveal() == ' a,;"b " '
    assert row.mailbox.note == "two\nlines"


@pytest.mark.parametrize("content", [b"", b"\n\n", b"a@example.org,pw,host\n", b'"address\n', b"\x00\xff\xfe"])
def test_a_file_without_our_header_is_one_problem(content: bytes) -> None:
    assert rows(content) == [CsvProblem(1, CsvReason.NO_HEADER, "address")]


def test_a_missing_file_is_one_trouble(tmp_path: Path) -> None:
    for path in (tmp_path / "none.csv", tmp_path, Path("no\0name")):
        told = read_mailbox_csv(path)
        assert told.rows == ()
        assert told.trouble is not None
        assert (told.trouble.line_number, told.trouble.reason_key) == (0, CsvReason.NOT_READABLE)


def test_a_file_too_large_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    with path.open("wb") as file:
        file.truncate(50_000_001)
    told = read_mailbox_csv(path)
    assert told.trouble == CsvProblem(0, CsvReason.TOO_LARGE, "50 MB")


def test_rows_beyond_the_limit_are_told_and_not_read() -> None:
    text = SHORT + "\n" + "".join(f"u{n}@example.org,pw,imap.example.org\n" for n in range(MOST_ROWS + 5))
    *taken, last = rows(text)
    assert len(taken) == MOST_ROWS
    assert last == CsvProblem(MOST_ROWS + 2, CsvReason.TOO_MANY_ROWS, "20,000")


@pytest.mark.parametrize("column", ["address", "password", "imap_host", "username", "name", "tags", "note"])
def test_a_cell_too_long_is_told(column: str) -> None:
    cells = {"address": "a@example.org", "password": "pw", "imap_host": "imap.example.org", column: "x@" + "y" * 5000}
    text = ",".join(cells) + "\n" + ",".join(cells.values())
    (problem,) = rows(text)
    assert isinstance(problem, CsvProblem)
    assert (problem.reason_key, problem.detail) == (CsvReason.TOO_LONG, column)


def test_a_user_name_that_could_end_a_line_is_refused() -> None:
    (problem,) = rows(f'{SHORT},username\na@example.org,pw,imap.example.org,"x\ny"')
    assert isinstance(problem, CsvProblem)
    assert problem.reason_key is CsvReason.BAD_USERNAME


def test_the_provider_is_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "boxes.csv"
    path.write_text(f"{SHORT}\na@example.org,pw,imap.example.org\n")
    (row,) = read_mailbox_csv(path, Reading(provider_of=lambda address, hosts: f"{address}/{hosts}")).rows
    assert isinstance(row, CsvMailbox)
    assert row.mailbox.provider == "a@example.org/['imap.example.org']"


def test_a_thousand_open_quotes_take_no_long_time() -> None:
    text = SHORT + "\n" + 'b@example.org,"pw,imap.example.org\n' * 5000
    assert {type(row) for row in rows(text)} == {CsvProblem}


KNOWN = (
    Endpoint("imap.known.example", 993, Security.TLS, "a@known.example"),
    Endpoint("smtp.known.example", 465, Security.TLS, "a@known.example"),
)
FILLING = Reading(servers_of=lambda address, hosts: KNOWN if "known" in address else (None, None))


def test_only_the_address_is_required_where_the_provider_is_known() -> None:
    first, second = rows("address,username,password\na@known.example,login,pw\nb@strange.example,,pw\n", FILLING)
    assert isinstance(first, CsvMailbox)
    assert first.mailbox.receiving == Endpoint("imap.known.example", 993, Security.TLS, "login")
    assert first.mailbox.sending is None, "our file without columns for sending receives only"
    assert first.filled == (Half.RECEIVING,)
    assert isinstance(second, CsvProblem)
    assert second.reason_key is CsvReason.NO_SERVER


def test_a_half_that_is_off_in_our_own_file_stays_off() -> None:
    row = one(f"{SHORT},smtp_host\na@known.example,pw,imap.own.example,", FILLING)
    assert row.mailbox.sending is None
    both = one(f"{SHORT},smtp_host\na@known.example,pw,,", FILLING)
    assert both.filled == (Half.RECEIVING, Half.SENDING)


INSTANTLY = (
    "Email,First Name,Last Name,IMAP Username,IMAP Password,IMAP Host,IMAP Port,"
    "SMTP Username,SMTP Password,SMTP Host,SMTP Port,Daily Limit,Warmup Enabled"
)
SMARTLEAD = (
    "from_name,from_email,user_name,password,smtp_host,smtp_port,imap_host,imap_port,max_email_per_day,"
    "custom_tracking_url,warmup_enabled,total_warmup_per_day,daily_rampup,reply_rate_percentage,bcc,signature,"
    "different_reply_to_address,imap_user_name,imap_password"
)


@pytest.mark.parametrize(
    ("layout", "header", "cells"),
    [
        (Layout.INSTANTLY, INSTANTLY, "a@x.example,Ann,Lee,inn,pw,i.x.example,993,out,pw2,s.x.example,587,30,TRUE"),
        (Layout.SMARTLEAD, SMARTLEAD, "Ann Lee,a@x.example,out,pw2,s.x.example,587,i.x.example,993,9,,,,,,,,,inn,pw"),
        (
            Layout.CEYMAIL,
            "\ufefffrom_name,from_email,smtp_host,smtp_port,smtp_username,smtp_password,"
            "imap_host,imap_port,imap_username,imap_password",
            "Ann Lee,a@x.example,s.x.example,587,out,pw2,i.x.example,993,inn,pw",
        ),
        (
            Layout.LEMLIST,
            "sender_name,sender_email,smtp_host,smtp_port,smtp_login,smtp_password,smtp_secure,"
            "imap_host,imap_port,imap_login,imap_password,imap_secure",
            "Ann Lee,a@x.example,s.x.example,587,out,pw2,false,i.x.example,993,inn,pw,true",
        ),
        (
            Layout.GENERIC,
            "Account Name,Email,Provider,SMTP Host,SMTP Port,SMTP Username,SMTP Password,"
            "IMAP Host,IMAP Port,IMAP Username,IMAP Password",
            "Ann Lee,a@x.example,other,s.x.example,587,out,pw2,i.x.example,993,inn,pw",
        ),
    ],
)
def test_other_programs_columns(layout: Layout, header: str, cells: str) -> None:
    told = parse_mailbox_csv(f"{header}\n{cells}\n".encode())
    assert told.layout is layout
    (row,) = told.rows
    assert isinstance(row, CsvMailbox), row
    assert row.mailbox.name == "Ann Lee"
    assert row.mailbox.receiving == Endpoint("i.x.example", 993, Security.TLS, "inn")
    assert row.mailbox.sending == Endpoint("s.x.example", 587, Security.STARTTLS, "out")
    assert row.credential.secret(Half.RECEIVING).reveal() == "pw"
    assert row.credential.secret(Half.SENDING).reveal() == "pw2"


@pytest.mark.parametrize(
    ("layout", "header", "cells"),
    [
        (
            Layout.BRANDJET,
            "email,password,smtpHost,smtpPort,smtpTls,imapHost,imapPort,imapTls,fromName,dailyLimit,warmupEnabled",
            "a@x.example,pw,s.x.example,587,ssl,i.x.example,993,ssl,Ann,30,true",
        ),
        (
            Layout.EMAILBISON,
            "Name,Email,Password,IMAP Server,IMAP Port,SMTP Server,SMTP Port,Daily Limit,SMTP Secure,IMAP Secure",
            "Ann,a@x.example,pw,i.x.example,993,s.x.example,587,30,tls,ssl",
        ),
        (Layout.WINNR, "Email, App Password, SMTP, IMAP", "a@x.example,pw,s.x.example:587,i.x.example:993"),
        (Layout.GENERIC, "E-Mail;Passwort;password;imap;smtp;smtp port", "a@x.example;;pw;i.x.example;s.x.example;587"),
    ],
)
def test_one_password_and_the_address_serve_both_halves(layout: Layout, header: str, cells: str) -> None:
    told = parse_mailbox_csv(f"{header}\n{cells}\n".encode())
    assert told.layout is layout
    (row,) = told.rows
    assert isinstance(row, CsvMailbox), row
    assert row.mailbox.receiving == Endpoint("i.x.example", 993, Security.TLS, "a@x.example")
    assert row.mailbox.sending == Endpoint("s.x.example", 587, Security.STARTTLS, "a@x.example")
    assert row.credential.is_shared
    assert row.credential.secret(Half.RECEIVING).reveal() == "pw"


def test_one_halfs_sign_in_serves_the_other_in_other_programs_files() -> None:
    row = one(
        "email,firstName,lastName,smtpUsername,smtpPassword\na@known.example,A,B,login,pw",
        FILLING,
    )
    assert row.mailbox.receiving == Endpoint("imap.known.example", 993, Security.TLS, "login")
    assert row.filled == (Half.RECEIVING, Half.SENDING)
    assert row.credential.is_shared


def test_what_was_recognised_and_what_is_left_aside_is_told() -> None:
    told = parse_mailbox_csv("email;password;imap;Daily Limit;Größe\na@x.example;pw;h;3;4".encode("cp1252"))
    assert (told.encoding, told.separator, told.ignored) == ("windows_1252", "semicolon", ("Daily Limit", "Größe"))


def test_problems_name_the_column_as_the_file_does() -> None:
    (problem,) = rows(f"{INSTANTLY}\na@x.example,,,,,i.x.example,993,,,s.x.example,587,,")
    assert problem == CsvProblem(2, CsvReason.NO_PASSWORD, "IMAP Password", "a@x.example")


@pytest.mark.parametrize(
    ("written", "meant"),
    [("abcd efgh ijkl mnop", "abcdefghijklmnop"), ('"  pw "', "pw"), ("pass word", "pass word")],
)
def test_passwords_are_taken_as_the_password_field_takes_them(written: str, meant: str) -> None:
    text = f"{SHORT}\na@example.org,{written},imap.example.org"
    assert one(text, Reading(exactly=False)).credential.secret(Half.RECEIVING).reveal() == meant
    assert one(text).credential.secret(Half.RECEIVING).reveal() == written.strip('"')


def test_a_spreadsheets_own_line_names_the_separator() -> None:
    assert one("sep=;\naddress;password;imap_host\na@example.org;pw;h.example").line_number == 3


@settings(max_examples=400, deadline=None)
@given(st.binary(max_size=300), st.sampled_from([b"", SHORT.encode() + b"\n", INSTANTLY.encode() + b"\r\n"]))
def test_any_bytes_get_verdicts_or_a_clear_trouble(content: bytes, header: bytes) -> None:
    told = parse_mailbox_csv(header + content, Reading(exactly=False))
    assert told.trouble is None or not told.rows
    for row in told.rows:
        assert isinstance(row, CsvMailbox | CsvProblem)
        assert row.line_number >= 2


@settings(max_examples=300, deadline=None)
@given(st.lists(st.lists(st.text(max_size=12), min_size=1, max_size=5), max_size=6))
def test_no_telling_of_a_row_holds_its_password(table: list[list[str]]) -> None:
    marked = [[*row[:1], "s3cret-" + "".join(c for c in row[0] if c.isalnum()), *row[1:]] for row in table]
    text = SHORT + ",imap_port\n" + "\n".join(",".join(row) for row in marked)
    for row in rows(text):
        assert "s3cret-" not in repr(row) or "s3cret-" in getattr(row, "address", "")
