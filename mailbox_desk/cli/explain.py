"""`mailbox-desk explain`: server responses in, causes out, line by line as they come. No engine, no network."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Final, NoReturn, Protocol, TextIO

from mailbox_desk.model.cause import Cause
from mailbox_desk.model.check import Stage
from mailbox_desk.model.diagnosis import Diagnosis, Reasoning
from mailbox_desk.model.response import Response
from mailbox_desk.wording import Wording

EXIT_DONE: Final = 0
EXIT_BAD_LINE: Final = 2


class Judge(Protocol):
    """What judges a bare answer; `blotted` takes the secrets out of what a person pasted."""

    def explain(self, response: Response) -> Diagnosis: ...

    def reason(self, response: Response) -> Reasoning: ...

    def blotted(self, text: str) -> str: ...


_STAGES: Final = {stage.value: stage for stage in Stage}
_NO_ANSWER: Final = [{"id": Cause.UNKNOWN.value, "confidence": 0.0}]


class BadLine(ValueError):
    """A line that asks nothing we understand; the text says why."""


def explain(
    lines: Iterable[bytes | str], as_json: bool, judge: Judge, wording: Wording, out: TextIO, *, why: bool = False
) -> int:
    """Answer each line (JSON) or each block of lines (text), in order, at once. Exit code: 0, or 2 after a bad line.

    JSON: `raw` is required, `id provider stage auth` are optional; the answer is
    {"id", "causes": [{"id", "confidence"}, ...]}, for a bad line with "error" and the cause unknown; `why` adds "rule",
    "who" and "why". A line of blanks asks nothing and gets no answer. No secret of a question stands in an answer.
    """
    return _explain_json(lines, judge, out, why) if as_json else _explain_text(lines, judge, wording, out, why)


def _explain_json(lines: Iterable[bytes | str], judge: Judge, out: TextIO, why: bool) -> int:
    exit_code = EXIT_DONE
    for line in lines:
        if not line.strip():
            continue
        answer = _answer(line, judge, why)
        if "error" in answer:
            exit_code = EXIT_BAD_LINE
        out.write(json.dumps(answer) + "\n")
        out.flush()
    return exit_code


def _answer(line: bytes | str, judge: Judge, why: bool) -> dict[str, object]:
    told: object = None
    try:
        asked = _parsed(line)
        told = asked.get("id")
        response = _response(asked)
    except BadLine as bad:
        return {"id": told, "causes": _NO_ANSWER, "error": str(bad)}
    if not why:
        return {"id": told, "causes": _ranked(judge.explain(response))}
    reasoning = judge.reason(response)
    return {"id": told, "causes": _ranked(reasoning.diagnosis), **_why(reasoning)}


def _ranked(diagnosis: Diagnosis) -> list[dict[str, object]]:
    return [{"id": each.cause.value, "confidence": each.confidence} for each in diagnosis.causes]


def _why(reasoning: Reasoning) -> dict[str, object]:
    diagnosis = reasoning.diagnosis
    rule = {"id": diagnosis.rule, "source": reasoning.source, "date": reasoning.date}
    facts = {
        "stage": reasoning.stage,
        "kind": reasoning.kind,
        "provider": reasoning.provider,
        "auth": reasoning.auth,
        "codes": list(reasoning.codes),
        "names": list(reasoning.names),
        "text": reasoning.text,
    }
    near = [{"rule": each.rule, "key": each.key} for each in reasoning.tried.near]
    tried = {"asked": reasoning.tried.asked, "near": near, "runners_up": list(reasoning.tried.runners_up)}
    return {"who": diagnosis.who.value, "rule": rule, "facts": facts, "tried": tried}


def _parsed(line: bytes | str) -> dict[str, object]:
    try:
        text = line.decode("utf-8-sig") if isinstance(line, bytes) else line.removeprefix("\ufeff")
        value = json.loads(text, parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        raise BadLine("not UTF-8") from error
    except (ValueError, RecursionError) as error:
        raise BadLine("not JSON") from error
    if not isinstance(value, dict):
        raise BadLine("not a JSON object")
    return value


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _response(asked: dict[str, object]) -> Response:
    raw = asked.get("raw")
    if not isinstance(raw, str):
        raise BadLine("raw: a text is wanted")
    provider, stage, auth = (_word(asked, key) for key in ("provider", "stage", "auth"))
    return Response(raw, provider or "generic", _STAGES.get(stage), auth or "unknown")


def _word(asked: dict[str, object], key: str) -> str:
    value = asked.get(key)
    if value is not None and not isinstance(value, str):
        raise BadLine(f"{key}: a text is wanted")
    return (value or "").strip().lower()


def _explain_text(lines: Iterable[bytes | str], judge: Judge, wording: Wording, out: TextIO, why: bool) -> int:
    for block in _blocks(lines):
        response = Response(block)
        shown = judge.blotted(block)
        if why:
            reasoning = judge.reason(response)
            said = [*_sentences(shown, reasoning.diagnosis, wording), *_reasons(reasoning, wording)]
        else:
            said = [*_sentences(shown, judge.explain(response), wording)]
        out.write("\n".join(said) + "\n\n")
        out.flush()
    return EXIT_DONE


def _reasons(reasoning: Reasoning, wording: Wording) -> Iterator[str]:
    """The facts and the rules that were tried, for who wants to know."""
    rule = reasoning.diagnosis.rule
    yield wording.text("explain.why.rule", rule=rule, source=reasoning.source, date=reasoning.date)
    yield wording.text(
        "explain.why.met",
        stage=reasoning.stage,
        kind=reasoning.kind,
        provider=reasoning.provider,
        auth=reasoning.auth,
    )
    if reasoning.codes:
        yield wording.text("explain.why.codes", codes=", ".join(reasoning.codes))
    if reasoning.names:
        yield wording.text("explain.why.facts", names=", ".join(reasoning.names))
    yield wording.text("explain.why.read", text=reasoning.text)
    yield wording.plural("explain.why.asked", reasoning.tried.asked)
    if reasoning.tried.near:
        near = ", ".join(f"{each.rule} ({each.key})" for each in reasoning.tried.near)
        yield wording.text("explain.why.near", rules=near)
    if reasoning.tried.runners_up:
        yield wording.text("explain.why.next", rules=", ".join(reasoning.tried.runners_up))


def _blocks(lines: Iterable[bytes | str]) -> Iterator[str]:
    """Texts that blank lines keep apart."""
    block: list[str] = []
    for line in lines:
        text = (line.decode("utf-8", "replace") if isinstance(line, bytes) else line).rstrip("\r\n")
        if text.strip():
            block.append(text)
        elif block:
            yield "\n".join(block)
            block = []
    if block:
        yield "\n".join(block)


def _sentences(block: str, diagnosis: Diagnosis, wording: Wording) -> Iterator[str]:
    yield from (f"> {line}" for line in block.splitlines())
    yield wording.explained(diagnosis)
    yield wording.advice(diagnosis)
    others = wording.could_also_be(diagnosis)
    if others:
        yield others
