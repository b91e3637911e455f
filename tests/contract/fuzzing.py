"""Requests that schemathesis makes up from the OpenAPI document, sent to a running shop.

Seeded and bounded: the same requests each time. What the document calls right is sent with ids
that exist in most cases, so that it reaches further than "not found".
"""

import itertools
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import Status, events, from_schema
from schemathesis.generation.meta import CoveragePhaseData, CoverageScenario
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
            "missing_required_header",
            "use_after_free",
            "ensure_resource_availability",
            "object_level_authorization",
        )
    },
}
# What must not be accepted. Numbers sent as text are read as numbers, and the other way round.
_TO_REFUSE = {
    CoverageScenario.VALUE_ABOVE_MAXIMUM,
    CoverageScenario.VALUE_BELOW_MINIMUM,
    CoverageScenario.STRING_ABOVE_MAX_LENGTH,
    CoverageScenario.STRING_BELOW_MIN_LENGTH,
    CoverageScenario.ARRAY_ABOVE_MAX_ITEMS,
    CoverageScenario.ARRAY_BELOW_MIN_ITEMS,
    CoverageScenario.OBJECT_MISSING_REQUIRED_PROPERTY,
    CoverageScenario.MISSING_PARAMETER,
    CoverageScenario.INVALID_ENUM_VALUE,
    CoverageScenario.INVALID_FORMAT,
    CoverageScenario.NOT_MULTIPLE_OF,
}


@dataclass
class Report:
    """What was answered, by operation, and everything that was not as the document says."""

    statuses: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    failures: list[str] = field(default_factory=list)


def fuzz(url: str, *, token: str, known: Known, never: Sequence[str] = (), each: int = 3) -> Report:
    """Send requests for every operation of the shop at `url` but those `never` to be sent.

    `token` signs in, "" is a visitor. Of one kind of mistake in one operation `each` are tried.
    """
    headers = {"headers": {"Authorization": f"Token {token}"}} if token else {}
    config = SchemathesisConfig.from_dict(_CONFIG | headers)
    schema: Any = schemathesis.openapi.from_url(f"{url}/api/schema/", config=config)
    for operation_id in never:
        schema = schema.exclude(operation_id=operation_id)
    report = Report()
    with _hooked("filter_case", _thinned(each)), _hooked("before_call", _with(known)):
        for event in from_schema(schema).execute():
            if isinstance(event, events.ScenarioFinished):
                _add(report, event)
            elif isinstance(event, (events.NonFatalError, events.FatalError)):
                report.failures.append(f"{getattr(event, 'label', '')}: {event!r}")
    return report


@contextmanager
def _hooked(name: str, hook: Callable[..., Any]) -> Iterator[None]:
    schemathesis.hook(name)(hook)
    try:
        yield
    finally:
        unregister(hook)


def _thinned(each: int) -> Callable[..., bool]:
    """A hook that lets a few mistakes of a kind pass, and more of what is right."""
    seen: Counter[tuple[str, str]] = Counter()

    def filter_case(context: Any, case: Any) -> bool:
        meta = case.meta
        if meta is None or not isinstance(meta.phase.data, CoveragePhaseData):
            return True
        is_right = meta.generation.mode is GenerationMode.POSITIVE
        kind = (case.operation.label, "right" if is_right else str(meta.phase.data.scenario))
        seen[kind] += 1
        return seen[kind] <= (2 * each if is_right else each)

    return filter_case


def _with(known: Known) -> Callable[..., None]:
    """A hook that puts what exists into three of four requests that are right by their form.

    Every operation takes its turns by itself, so that a new one changes nothing for the others.
    """
    turns: dict[str, dict[str, Iterator[Any]]] = defaultdict(
        lambda: {name: itertools.cycle(values) for name, values in known.items()}
    )
    quarters: dict[str, Iterator[bool]] = defaultdict(lambda: itertools.cycle([True, True, True, False]))

    def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:
        _keep_at_home(case.body)
        meta = case.meta
        operation = case.operation.definition.raw["operationId"]
        if meta is None or meta.generation.mode is not GenerationMode.POSITIVE:
            return
        if not next(quarters[operation]):
            return
        # Names that belong together change together.
        now = {name: next(values) for name, values in turns[operation].items()}
        own = f"{operation}:"
        now |= {name.removeprefix(own): value for name, value in now.items() if name.startswith(own)}
        for values in (case.path_parameters, case.query, case.headers):
            for name in set(values or ()) & now.keys():
                values[name] = now[name]
        if isinstance(case.body, (dict, list)):
            case.body = now.get("body") or _replaced(case.body, now)

    return before_call


def _keep_at_home(body: Any) -> None:
    """The shop sends messages to addresses it is given: made-up ones become one of this machine."""
    if isinstance(body, dict) and str(body.get("url", "")).lower().startswith("http"):
        body["url"] = "https://127.0.0.1/".ljust(len(str(body["url"])), "x")


def _replaced(value: Any, now: Mapping[str, Any]) -> Any:
    if isinstance(value, list):
        return [_replaced(item, now) for item in value]
    if not isinstance(value, dict):
        return value
    return {name: now[name] if name in now else _replaced(inner, now) for name, inner in value.items()}


def _add(report: Report, event: events.ScenarioFinished) -> None:
    recorder = event.recorder
    for case_id, interaction in recorder.interactions.items():
        case = recorder.cases[case_id].value
        name = case.operation.definition.raw["operationId"]
        if interaction.response is not None and case.method.upper() == case.operation.method.upper():
            report.statuses[name][interaction.response.status_code] += 1
        for check in recorder.checks.get(case_id, []):
            if check.status is Status.FAILURE and check.failure_info and _counts(check.name, case):
                failed = check.failure_info
                answer = interaction.response.text[:300] if interaction.response is not None else ""
                report.failures.append(
                    f"{name}: {failed.failure.title}: {failed.failure.message}\n"
                    f"    {failed.code_sample}\n    {answer}"
                )


def _counts(check: str, case: Any) -> bool:
    """Whether a failed check is one: of what is wrong by its form only some has to be refused."""
    if check != "negative_data_rejection":
        return True
    data = case.meta.phase.data
    if not isinstance(data, CoveragePhaseData) or data.scenario not in _TO_REFUSE:
        return False
    # An empty filter is one that was left out.
    return (case.query or {}).get(data.parameter) != ""
