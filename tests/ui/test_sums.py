"""What is kept up line by line is what a count of all lines would say, whatever came and went."""

from __future__ import annotations

import random
from collections import Counter

from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.verdict import Shown
from mailbox_desk.ui.look import NO_MARK
from mailbox_desk.ui.rows import Row
from mailbox_desk.ui.summary import summary
from mailbox_desk.ui.sums import Sums
from mailbox_desk.wording import Wording


def line(dice: random.Random) -> Row:
    return Row(
        id=MailboxId(f"m{dice.randrange(30)}"),
        shown=dice.choice(list(Shown)),
        status="",
        address="",
        provider=dice.choice(["", "Google", "Zoho"]),
        receiving=NO_MARK,
        sending=NO_MARK,
        marks="",
        cause="",
        since=0.0,
        next_step="",
        checking_now=dice.random() < 0.3,
        acknowledged=dice.random() < 0.3,
        cause_id=dice.choice(["", "server_busy", "maintenance", "over_quota"]),
    )


def test_sums_stay_those_of_the_lines(words: Wording) -> None:
    dice, sums, lines = random.Random(5), Sums(), dict[MailboxId, Row]()
    for _ in range(2000):
        row = line(dice)
        if dice.random() < 0.3:
            sums.drop(row.id)
            lines.pop(row.id, None)
        else:
            sums.put(row)
            lines[row.id] = row
        assert sums.total == len(lines)
        assert sums.shown == Counter(each.shown for each in lines.values())
        assert sums.checking == sum(each.checking_now for each in lines.values())
        assert sums.known == sum(each.acknowledged for each in lines.values() if each.shown is Shown.NEEDS_YOU)
        assert summary(sums, words) == summary(Sums(lines.values()), words)


def test_who_waits_for_a_provider_is_counted_where_the_provider_has_the_trouble() -> None:
    def at(number: int, cause: str, shown: Shown = Shown.RECONNECTING) -> Row:
        return Row(MailboxId(str(number)), shown, "", "", "Zoho", NO_MARK, NO_MARK, "", "", 0.0, "", cause_id=cause)

    sums = Sums([at(1, "maintenance"), at(2, "server_busy"), at(3, "tls_failure"), at(4, "maintenance", Shown.BLIND)])
    assert sums.waiting_besides()[1] == {"Zoho": 2}
    for number in (1, 2):
        sums.drop(MailboxId(str(number)))
    assert sums.waiting_besides()[1] == {}
