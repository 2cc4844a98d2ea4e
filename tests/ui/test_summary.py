"""The sentence above the list: what matters first, and nothing twice."""

from __future__ import annotations

from mailbox_desk.model.cause import Cause
from mailbox_desk.model.verdict import Verdict
from mailbox_desk.ui.row_maker import row_of
from mailbox_desk.ui.rows import Row
from mailbox_desk.ui.summary import summary
from mailbox_desk.ui.sums import Sums
from mailbox_desk.wording import Wording
from tests.ui.samples import NOW, snapshot


def rows(words: Wording, name: str, count: int, verdict: Verdict, cause: Cause | None = None) -> list[Row]:
    made = (snapshot(f"{name}{number}", verdict, cause, provider="google") for number in range(count))
    return [row_of(each, words, str.title, NOW) for each in made]


def test_a_provider_in_trouble_is_named_and_its_mailboxes_are_not_counted_again(words: Wording) -> None:
    down = rows(words, "down", 3, Verdict.RECONNECTING, Cause.PROVIDER_OUTAGE)
    own = rows(words, "own", 2, Verdict.RECONNECTING, Cause.TLS_FAILURE)
    well = rows(words, "well", 4, Verdict.CONNECTED)
    said = summary(Sums([*down, *own, *well]), words)
    assert said == (
        "Google has trouble; the desk is waiting for it. 2 others are reconnecting by themselves. 4 are connected."
    )


def test_what_the_strip_tells_is_left_out(words: Wording) -> None:
    down = rows(words, "down", 3, Verdict.RECONNECTING, Cause.PROVIDER_OUTAGE)
    own = rows(words, "own", 2, Verdict.RECONNECTING, Cause.TLS_FAILURE)
    shut = rows(words, "shut", 2, Verdict.NEEDS_YOU, Cause.ACCOUNT_SUSPENDED)
    well = rows(words, "well", 4, Verdict.CONNECTED)
    told = {row.id for row in (*down, *shut)}
    assert summary(Sums([*down, *own, *shut, *well]), words, told) == (
        "2 mailboxes need you. 2 others are reconnecting by themselves. 4 are connected."
    ), "who needs a person is counted wherever it is told"
    assert summary(Sums([*down, *well]), words, told) == "4 are connected."


def test_where_the_strip_tells_all_the_sentence_is_not_empty(words: Wording) -> None:
    down = rows(words, "down", 3, Verdict.RECONNECTING, Cause.PROVIDER_OUTAGE)
    assert summary(Sums(down), words, {row.id for row in down}) == "Google has trouble; the desk is waiting for it."
