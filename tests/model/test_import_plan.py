from __future__ import annotations

from mailbox_desk.model.credential import Password, Secret
from mailbox_desk.model.import_plan import CsvMailbox, CsvProblem, CsvReason, CsvRow, MailboxFile, RowVerdict, planned
from mailbox_desk.model.mailbox import Endpoint, Mailbox, MailboxId, Security


def mailbox(address: str, mailbox_id: str = "") -> Mailbox:
    host = Endpoint("imap.example.org", 993, Security.TLS, address)
    return Mailbox(MailboxId(mailbox_id or f"file-{address}"), address, host, None)


def file(*rows: CsvRow) -> MailboxFile:
    return MailboxFile(rows)


def row(address: str, line: int = 2) -> CsvMailbox:
    return CsvMailbox(line, mailbox(address), Password(Secret("from the file")))


OWN = mailbox("Ann@Example.org", "own")


def test_what_is_not_here_is_new() -> None:
    (plan,) = planned(file(row("bob@example.org")), [OWN]).rows
    assert plan.verdict is RowVerdict.NEW
    assert plan.draft is not None
    assert plan.draft.mailbox.address == "bob@example.org"


def test_what_is_here_stays_as_it_is_whatever_the_case_of_its_letters() -> None:
    plan = planned(file(row("ANN@example.ORG")), [OWN])
    assert plan.rows[0].verdict is RowVerdict.HERE
    assert plan.rows[0].mailbox == OWN
    assert plan.drafts == ()


def test_what_is_here_takes_the_password_where_the_person_said_so() -> None:
    (plan,) = planned(file(row("ann@example.org")), [OWN], new_passwords=True).rows
    assert plan.verdict is RowVerdict.NEW_PASSWORD
    assert plan.draft is not None
    assert plan.draft.mailbox == OWN, "its own id, its own servers"
    assert isinstance(plan.draft.credential, Password)
    assert plan.draft.credential.receiving.reveal() == "from the file"


def test_an_export_of_this_desk_read_again_is_no_fault() -> None:
    without = CsvProblem(2, CsvReason.NO_PASSWORD, "password", "ann@example.org")
    for new_passwords in (False, True):
        (plan,) = planned(file(without), [OWN], new_passwords=new_passwords).rows
        assert (plan.verdict, plan.problem, plan.draft) == (RowVerdict.HERE, None, None)
    (elsewhere,) = planned(file(without), []).rows
    assert (elsewhere.verdict, elsewhere.problem) == (RowVerdict.BAD, without)


def test_rows_keep_their_order_and_are_counted() -> None:
    bad = CsvProblem(3, CsvReason.BAD_HOST, "imap_host", "x@example.org")
    plan = planned(file(row("bob@example.org"), bad, row("ann@example.org", 4)), [OWN])
    assert [each.line_number for each in plan.rows] == [2, 3, 4]
    assert plan.counts == {
        RowVerdict.NEW: 1,
        RowVerdict.NEW_PASSWORD: 0,
        RowVerdict.HERE: 1,
        RowVerdict.BAD: 1,
    }
    assert not plan.wants_plain
    assert planned(file(CsvProblem(2, CsvReason.PLAIN_NOT_ALLOWED)), []).wants_plain


def test_no_secret_shows_itself() -> None:
    assert "from the file" not in repr(planned(file(row("bob@example.org")), []))
