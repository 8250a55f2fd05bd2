"""docs/openapi.yml as a judge of answers. For tests and the fuzz."""

import functools
from pathlib import Path

import jsonschema
import yaml

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "openapi.yml"


@functools.cache
def document() -> dict:
    """The document, read once."""
    return yaml.safe_load(DOCUMENT.read_text(encoding="utf-8"))


@functools.cache
def _judge(path: str, method: str, status: int) -> jsonschema.Draft202012Validator | None:
    answers = document()["paths"][path][method]["responses"]
    if str(status) not in answers:
        return None
    schema = answers[str(status)]["content"]["application/json"]["schema"]
    return jsonschema.Draft202012Validator({**schema, "components": document()["components"]})


def faults_of(path: str, method: str, status: int, answer) -> list[str]:
    """What the document has against an answer: places and rules, no values. Empty when all is well."""
    judge = _judge(path, method, status)
    if judge is None:
        return [f"{method} {path}: status {status} is not in the document"]
    return [f"{'/'.join(map(str, error.absolute_path))}: {error.validator}" for error in judge.iter_errors(answer)]
