#!/usr/bin/env python
"""Django's command line for the shop."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ecommerce.settings")
    from django.core.management import execute_from_command_line

    if sys.argv[1:2] == ["serve"]:
        # Before anything that counts is loaded.
        from django.conf import settings

        from ecommerce.metrics.processes import share_counts

        share_counts(settings.VAR_DIR / "metrics")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
