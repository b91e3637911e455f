"""Tries every service for real, as the shop will use it: `manage.py doctor`.

Probes say whether a service answers; these say whether it does what the shop needs of it, and what to
do where it does not. Each leaves nothing behind.
"""

from ecommerce.health.doctor.examining import Finding, State, examine_all

__all__ = ["Finding", "State", "examine_all"]
