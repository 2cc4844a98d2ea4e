import pytest

from mailbox_desk.model.diagnosis import Fact
from mailbox_desk.model.told import Told
from mailbox_desk.wording.catalogue import Catalogue
from mailbox_desk.wording.reasons import reason

WORDS = Catalogue.load([], strict=True)


@pytest.mark.parametrize(
    ("fact", "said"),
    [
        (Fact(Told.SERVER_SAYS_SO), "The server’s own words say so"),
        (Fact(Told.OTHER_HALF_REFUSES, "sending"), "It is refused for sending too (second opinion)"),
        (Fact(Told.REFUSED_TIMES, 2.0), "It was refused 2 times in a row"),
        (Fact(Told.NEIGHBOURS_PASS, 22.0), "22 other mailboxes at this server work"),
        (Fact(Told.NEIGHBOURS_FAIL, 1.0), "1 other mailbox at this server fails too"),
        (Fact(Told.SERVER_WAIT, 300.0), "The server asks to wait 5 min"),
        (Fact(Told.TOKEN_AGE, 691_200.0), "The permission was given 8 days ago"),
        (Fact(Told.SECRET_AGE, 34_560_000.0), "The password was stored 400 days ago"),
        (Fact("of a later version", 3.0), ""),
    ],
)
def test_a_fact_is_a_sentence(fact: Fact, said: str) -> None:
    assert reason(WORDS, fact, None) == said


@pytest.mark.parametrize("told", Told)
def test_every_fact_can_be_said(told: Told) -> None:
    values: dict[Told, str | float | bool] = {
        Told.OTHER_HALF_ACCEPTS: "sending",
        Told.OTHER_HALF_REFUSES: "receiving",
        Told.OTHER_HALF_TAKES_GRANT: "sending",
        Told.WORKED_UNTIL: 1_796_040_000.0,
        Told.CERTIFICATE_ENDED: 1_796_040_000.0,
        Told.REFUSED_TIMES: 2.0,
        Told.NEIGHBOURS_PASS: 1.0,
        Told.NEIGHBOURS_FAIL: 2.0,
        Told.SERVER_WAIT: 9.0,
        Told.NEIGHBOURS_REFUSED: 30.0,
        Told.DOMAIN_FAILS: 4.0,
        Told.PROVIDER_FAILS: 1.0,
        Told.GRANT_WORKED_UNTIL: 1_796_040_000.0,
        Told.TOKEN_AGE: 691_200.0,
        Told.SECRET_AGE: 34_560_000.0,
    }
    assert reason(WORDS, Fact(told, values.get(told, True)), 1_796_040_000.0)
