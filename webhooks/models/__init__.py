from webhooks.models.delivery import Attempt, Delivery
from webhooks.models.endpoint import Endpoint
from webhooks.models.event import Event

__all__ = ["Attempt", "Delivery", "Endpoint", "Event"]
