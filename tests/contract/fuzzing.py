"""Requests that schemathesis makes up from the OpenAPI document, sent to a running shop.

Seeded and bounded: the same requests each time. What the document calls right is sent with ids
that exist in most cases, so that it reaches further than "not found".
"""

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import Status, events, from_schema
from schemathesis.generation.modes import GenerationMode
from schemathesis.hooks import unregister

# Names of values in paths, queries and bodies -> what exists, taken in turn.
Known = Mapping[str, Sequence[Any]]

_CONFIG: dict[str, Any] = {
    "seed": 20,
    "cache": {"enabled": False},
    "request-timeout": 60,
    "continue-on-failure": True,
    "generation": {
        "deterministic": True,
        "database": "none",
        "with-security-parameters": False,
        "no-shrink": True,
    },
    "phases": {
        "examples": {"fill-missing": True, "extra-data-sources": {"responses": False}},
        "coverage": {"unexpected-methods": ["patch"], "extra-data-sources": {"responses": False}},
        "fuzzing": {
            "generation": {"max-examples": 4},
            "extra-data-sources": {"responses": False},
            "error-feedback": {"enabled": False},
        },
        "stateful": {"enabled": False},
    },
    "checks": {
        name: {"enabled": False}
        for name in (
            # What is right by its form may still be refused: an unknown country, no stock.
            "positive_data_acceptance",
            # Numbers sent as text are read as numbers, and the other way round.
            "negative_data_rejection",
            "missing_required_header",
            "use_after_free",
            "ensure_resource_availability",
            "object_level_authorization",
        )
    },
}


@dataclass
class Report:
    """What was answered, by operation, and everything that was not as the document says."""

    statuses: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    failures: list[str] = field(default_factory=list)

    @property
    def number(self) -> int:
        return sum(sum(counts.values()) for counts in self.statuses.values())


def fuzz(url: str, *, token: str, known: Known, never: Sequence[str] = (), **more: Any) -> Report:
    """Send requests for every operation of the shop at `url` but those `never` to be sent.

    `token` signs in, "" is a visitor.
    """
    headers = {"headers": {"Authorization": f"Token {token}"}} if token else {}
    config = SchemathesisConfig.from_dict(_CONFIG | headers | more)
    schema = schemathesis.openapi.from_url(f"{url}/api/schema/", config=config)
    for operation_id in never:
        schema = schema.exclude(operation_id=operation_id)
    report = Report()
    hook = schemathesis.hook("before_call")(_with(known))
    try:
        for event in from_schema(schema).execute():
            if isinstance(event, events.ScenarioFinished):
                _add(report, event)
            elif isinstance(event, (events.NonFatalError, events.FatalError)):
                report.failures.append(f"{getattr(event, 'label', '')}: {event!r}")
    finally:
        unregister(hook)
    return report


def _with(known: Known) -> Any:
    """A hook that puts existing ids into three of four requests that are right by their form."""
    turns = {name: itertools.cycle(values) for name, values in known.items() if values}
    quarter = itertools.cycle([True, True, True, False])

    def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:
        meta = case.meta
        if meta is None or meta.generation.mode is not GenerationMode.POSITIVE or not next(quarter):
            return
        for values in (case.path_parameters, case.query, case.headers):
            for name in set(values or ()) & turns.keys():
                values[name] = next(turns[name])
        if isinstance(case.body, (dict, list)):
            case.body = _replaced(case.body, turns)

    return before_call


def _replaced(value: Any, turns: dict[str, Iterator[Any]]) -> Any:
    if isinstance(value, list):
        return [_replaced(item, turns) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        name: next(turns[name]) if name in turns else _replaced(inner, turns) for name, inner in value.items()
    }


def _add(report: Report, event: events.ScenarioFinished) -> None:
    recorder = event.recorder
    for case_id, interaction in recorder.interactions.items():
        case = recorder.cases[case_id].value
        operation_id = case.operation.definition.raw["operationId"]
        if interaction.response is not None and case.method.upper() == case.operation.method.upper():
            report.statuses[operation_id][interaction.response.status_code] += 1
        for check in recorder.checks.get(case_id, []):
            if check.status is Status.FAILURE and check.failure_info:
                failure = check.failure_info
                answer = interaction.response.text[:300] if interaction.response is not None else ""
                report.failures.append(
                    f"{operation_id}: {failure.failure.title}: {failure.failure.message}\n"
                    f"    {failure.code_sample}\n    {answer}"
                )
