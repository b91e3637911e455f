"""`manage.py doctor`: try every service the shop is configured for, and say what to do."""

import json
import sys
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from ecommerce.health.doctor import Finding, State, examine_all


class Command(BaseCommand):
    help = "Try every configured service for real; ends with 1 if one does not do what the shop needs."
    # It is for shops in which something is wrong.
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="the same for programs")

    def handle(self, *args: Any, json: bool, **options: Any) -> None:
        findings = list(examine_all())
        self.stdout.write(_as_json(findings) if json else _as_table(findings))
        if any(finding.state is State.FAILED for finding in findings):
            sys.exit(1)


def _as_json(findings: list[Finding]) -> str:
    rows = [asdict(finding) | {"seconds": round(finding.seconds, 3)} for finding in findings]
    ok = all(finding.state is not State.FAILED for finding in findings)
    return json.dumps({"ok": ok, "services": rows}, indent=2, ensure_ascii=False)


def _as_table(findings: list[Finding]) -> str:
    rows = [("service", "state", "time", "where", "")]
    rows += [
        (
            finding.service,
            finding.state.value,
            f"{finding.seconds * 1000:.0f} ms" if finding.seconds else "",
            finding.where,
            finding.words,
        )
        for finding in findings
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = [
        "  ".join([cell.ljust(width) for cell, width in zip(row, widths, strict=False)] + [row[4]]).rstrip()
        for row in rows
    ]
    wrong = [finding for finding in findings if finding.state is State.FAILED]
    if wrong:
        lines += ["", "What to do"]
        lines += [f"{finding.service}: {finding.words}. {finding.advice}" for finding in wrong]
    else:
        lines += ["", "Everything that is configured works."]
    return "\n".join(lines)
