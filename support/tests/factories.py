"""Questions with valid defaults."""

import factory
from factory.django import DjangoModelFactory

from support.models import Ticket


class TicketFactory(DjangoModelFactory):
    class Meta:
        model = Ticket

    name = "Ada Bauer"
    email = factory.Sequence(lambda number: f"asker{number}@example.com")
    subject = "Delivery"
    message = "Where is my parcel?"
