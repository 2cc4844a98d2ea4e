"""The judge of bare answers, as the command line sees it: one value that knows its rules. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from mailbox_desk.diagnosis.diagnose import explain, reason
from mailbox_desk.diagnosis.redact import blotted
from mailbox_desk.diagnosis.rules import RuleSet
from mailbox_desk.model.diagnosis import Diagnosis, Reasoning
from mailbox_desk.model.response import Response


@dataclass(frozen=True, slots=True)
class BareJudge:
    """Judges what a person pasted; what it gives back holds no secret."""

    rules: RuleSet

    def explain(self, response: Response) -> Diagnosis:
        return explain(response, self.rules)

    def reason(self, response: Response) -> Reasoning:
        return reason(response, self.rules)

    def blotted(self, text: str) -> str:
        return blotted(text)
