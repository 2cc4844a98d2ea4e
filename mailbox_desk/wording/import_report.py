"""An import as it is told to people and scripts: a verdict a row, then the sum. One voice for the command, the door
and the dialog. No text of it holds a secret."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from typing import Final

from mailbox_desk.model.errand import Draft
from mailbox_desk.model.import_plan import CsvProblem, ImportPlan, Kept, MailboxFile, PlannedRow, RowVerdict
from mailbox_desk.model.mailbox import MailboxId
from mailbox_desk.model.vault_state import VaultClosed, VaultFailed
from mailbox_desk.wording.voice import Wording

ALL_TAKEN: Final = 0
SOME_NOT: Final = 1
COULD_NOT: Final = 2
_MOST_IGNORED: Final = 12
_LONGEST_HEADING: Final = 40

AddAll = Callable[[Sequence[Draft]], AsyncIterator[tuple[Kept, ...]]]
Outcomes = Mapping[MailboxId, Kept]


def notes_on(file: MailboxFile, words: Wording) -> tuple[str, ...]:
    """What was recognised in the file, and which columns are left aside."""
    told = words.text(
        "import.recognised",
        layout=words.text(f"import.layout.{file.layout.value}"),
        encoding=words.text(f"import.encoding.{file.encoding}"),
        separator=words.text(f"import.separator.{file.separator}"),
    )
    if not file.ignored:
        return (told,)
    names = [name[:_LONGEST_HEADING] for name in file.ignored[:_MOST_IGNORED]]
    more = len(file.ignored) - len(names)
    key = "import.ignored_and_more" if more else "import.ignored"
    return told, words.text(key, columns=", ".join(names), count=more)


def told_file(file: MailboxFile, words: Wording, *, as_json: bool) -> Iterator[dict[str, object]]:
    """What was recognised: for people a warning a sentence, for scripts the first line."""
    if not as_json:
        for note in notes_on(file, words):
            yield {"warning": note}
        return
    told = {"layout": file.layout.value, "encoding": file.encoding, "separator": file.separator}
    yield {"line": json.dumps({"file": told | {"ignored": list(file.ignored)}})}


def trouble_in_words(trouble: CsvProblem, words: Wording) -> str:
    """Why nothing of the file could be read."""
    return words.text(f"import.trouble.{trouble.reason_key.value}", detail=trouble.detail)


def verdict_in_words(row: PlannedRow, words: Wording) -> str:
    """What importing would do with the row, to stand beside its address."""
    if row.problem is not None:
        return words.text(f"import.reason.{row.problem.reason_key.value}", detail=row.problem.detail)
    if row.verdict is RowVerdict.NEW and row.filled:
        return words.text("import.verdict.new_filled")
    return words.text(f"import.verdict.{row.verdict.value}")


def outcome_in_words(row: PlannedRow, kept: Kept | None, words: Wording) -> str:
    """What became of the row; None where it was not come to."""
    if row.draft is None:
        return verdict_in_words(row, words)
    if kept is None:
        return words.text("import.outcome.not_reached")
    if kept.error is not None:
        return words.text(f"import.outcome.{_failure(kept.error)}")
    return words.text(f"import.outcome.{row.verdict.value}")


def _failure(error: Exception) -> str:
    match error:
        case VaultClosed():
            return "vault_closed"
        case VaultFailed():
            return "vault_failed"
        case _:
            return "archive_failed"


def is_taken(row: PlannedRow, outcomes: Outcomes | None) -> bool:
    """The desk has what the row says: kept now, or here before. `outcomes` None: as far as the plan goes."""
    if row.draft is None or outcomes is None:
        return row.verdict is not RowVerdict.BAD
    kept = outcomes.get(row.draft.mailbox.id)
    return kept is not None and kept.error is None


async def told_import(
    plan: ImportPlan, words: Wording, add_all: AddAll, *, as_json: bool, stopped: Callable[[], bool]
) -> AsyncIterator[dict[str, object]]:
    """Imports and tells each row, in the order of the file, as soon as it is settled; then the sum and the exit code.
    Between two portions it heeds `stopped`."""
    outcomes: dict[MailboxId, Kept] = {}
    waiting = list(reversed(plan.rows))
    try:
        async for portion in add_all(plan.drafts):
            outcomes |= {kept.mailbox_id: kept for kept in portion}
            while waiting and ((draft := waiting[-1].draft) is None or draft.mailbox.id in outcomes):
                yield {"line": _line(waiting.pop(), outcomes, words, as_json=as_json)}
            if stopped():
                break
    except VaultClosed as closed:
        yield {"warning": words.text(f"import.vault.{closed.state.value}")}
        yield {"exit": COULD_NOT}
        return
    for row in reversed(waiting):
        yield {"line": _line(row, outcomes, words, as_json=as_json)}
    for answer in _ended(plan, outcomes, words, as_json=as_json):
        yield answer


def told_plan(plan: ImportPlan, words: Wording, *, as_json: bool) -> Iterator[dict[str, object]]:
    """What importing would do; nothing is stored."""
    for row in plan.rows:
        yield {"line": _line(row, None, words, as_json=as_json)}
    yield from _ended(plan, None, words, as_json=as_json)


def _ended(
    plan: ImportPlan, outcomes: Outcomes | None, words: Wording, *, as_json: bool
) -> Iterator[dict[str, object]]:
    taken = [is_taken(row, outcomes) for row in plan.rows]
    counts: dict[str, int] = {verdict.value: count for verdict, count in plan.counts.items()}
    counts["not_taken"] = taken.count(False)
    if as_json:
        yield {"line": json.dumps({"summary": counts, "dry_run": outcomes is None})}
    else:
        yield {"line": summary_in_words(plan, outcomes, words)}
    yield {"exit": ALL_TAKEN if all(taken) and taken else SOME_NOT if any(taken) else COULD_NOT}


def summary_in_words(plan: ImportPlan, outcomes: Outcomes | None, words: Wording) -> str:
    """The rows counted: "38 will be added · 2 are here already · 1 can't be taken"."""
    counted: dict[str, int] = dict.fromkeys(("new", "new_password", "here", "bad"), 0)
    for row in plan.rows:
        counted[row.verdict.value if is_taken(row, outcomes) else "bad"] += 1
    when = "planned" if outcomes is None else "done"
    parts = [words.plural(f"import.sum.{when}.{name}", count) for name, count in counted.items() if count]
    return " · ".join(parts) or words.text("import.sum.empty")


def _line(row: PlannedRow, outcomes: Outcomes | None, words: Wording, *, as_json: bool) -> str:
    kept = outcomes.get(row.draft.mailbox.id) if row.draft and outcomes is not None else None
    says = verdict_in_words(row, words) if outcomes is None else outcome_in_words(row, kept, words)
    if as_json:
        return json.dumps(
            {
                "line": row.line_number,
                "address": row.address or None,
                "verdict": row.verdict.value,
                "reason": row.problem.reason_key.value if row.problem else None,
                "taken": is_taken(row, outcomes),
                "says": says,
            }
        )
    if not row.address:
        return words.text("import.line_without_address", line=row.line_number, says=says)
    return words.text("import.line", line=row.line_number, address=row.address, says=says)
