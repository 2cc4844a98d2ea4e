from __future__ import annotations

import pytest

from mailbox_desk.engine.token_answers import is_verdict, token_answer
from mailbox_desk.model.check import FailureKind
from mailbox_desk.model.diagnosis import TokenAnswer
from tests.engine.grants import token_failure


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ('{"error": "invalid_grant", "error_description": "AADSTS50173: ..."}', TokenAnswer.GRANT_REFUSED),
        ('{"error": "invalid_grant", "error_subtype": "invalid_rapt"}', TokenAnswer.PERSON_WANTED),
        ('{"error": "interaction_required", "suberror": "basic_action"}', TokenAnswer.PERSON_WANTED),
        ('{"error": "invalid_client"}', TokenAnswer.APP_REFUSED),
        ('{"error": "unauthorized_client"}', TokenAnswer.APP_REFUSED),
        ('{"error": "INVALID_REFRESH_TOKEN"}', TokenAnswer.GRANT_REFUSED),
        ("", TokenAnswer.GRANT_REFUSED),  # unsure counts as refused
    ],
)
def test_what_a_no_is_about(text: str, answer: TokenAnswer) -> None:
    assert token_answer(token_failure(FailureKind.REFUSED, text)) is answer


@pytest.mark.parametrize("kind", FailureKind)
def test_only_a_final_no_is_a_verdict(kind: FailureKind) -> None:
    failure = token_failure(kind, '{"error": "invalid_grant"}')
    assert is_verdict(failure) is (kind is FailureKind.REFUSED)
    answers = {FailureKind.TEMPORARY: TokenAnswer.BUSY, FailureKind.REFUSED: TokenAnswer.GRANT_REFUSED}
    assert token_answer(failure) is answers.get(kind)
