"""The services the shop stands on."""

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings

from ecommerce.health import probes


@dataclass(frozen=True, kw_only=True)
class Service:
    """`essential`: without it nobody can buy. `lost` says in words what does not work while it is down.

    `configured` is False where the shop runs on its embedded stand-in, which cannot be unreachable.
    """

    name: str
    lost: str
    probe: Callable[[], None]
    configured: Callable[[], bool] = lambda: True
    essential: bool = False


SERVICES = {
    service.name: service
    for service in (
        Service(
            name="database",
            lost="The shop's records cannot be reached; nobody can buy",
            probe=lambda: probes.database(),
            essential=True,
        ),
        Service(
            name="replica",
            lost="The copy of the records that the catalogue is read from cannot be reached",
            probe=lambda: probes.replica(),
            configured=lambda: "replica" in settings.DATABASES,
        ),
        Service(
            name="documents",
            lost="Reviews and the list of papers cannot be reached",
            probe=lambda: probes.documents(),
        ),
        Service(
            name="cache",
            lost="The cache cannot be reached; pages are slower, and one-time codes are refused",
            probe=lambda: probes.cache(),
            configured=lambda: bool(settings.REDIS_URL),
        ),
        Service(
            name="broker",
            lost="Background work cannot be handed over; emails and papers come late",
            probe=lambda: probes.broker(),
            configured=lambda: bool(settings.CELERY_BROKER_URL),
        ),
        Service(
            name="files",
            lost="Pictures and papers cannot be reached",
            probe=lambda: probes.files(),
        ),
    )
}
