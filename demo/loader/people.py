"""The owner, Ada, and everybody else who buys in the demo shop."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from random import Random

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX, make_password
from tqdm import tqdm

from customers.models import Address, User
from demo.entries import slug
from demo.loader.bulk import Writer
from demo.loader.plan import DAYS, Plan, letters
from demo.texts import load_texts
from ecommerce.lib.addresses import PostalAddress

OWNER_EMAIL, OWNER_PASSWORD = "owner@alcove.example", "alcove-demo-owner"
ADA_EMAIL, ADA_PASSWORD = "ada@alcove.example", "alcove-demo-ada"
ADA = 0
# Countries of customers, the more often named the more customers.
_COUNTRIES = ["DE"] * 11 + ["AT"] * 2 + ["FR"] * 2 + ["NL"] * 2 + ["IE", "BE", "ES", "IT"]
_ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody who orders. `user_id` is None for guests."""

    name: str
    email: str
    address: PostalAddress
    customer_id: uuid.UUID
    joined_at: datetime
    user_id: int | None = None


class People:
    """Customers by their number, made up anew whenever asked for, so that any number fits."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._texts = load_texts()
        dice = plan.dice("names")
        self._first = dice.sample(self._texts.first_names, len(self._texts.first_names))
        self._last = dice.sample(self._texts.last_names, len(self._texts.last_names))
        self._first_user = 0

    def customer(self, number: int) -> Person:
        """The customer of this number; 0 is Ada."""
        name, mailbox = self._name(number)
        if number == ADA:
            name, mailbox = "Ada Lindgren", ""
        person = self._person(f"customer:{number}", name=name, email=f"{mailbox}@mail.example")
        if number == ADA:
            home = PostalAddress(
                name=name, line1="Lindenstraße 14", postal_code="10437", city="Berlin", country="DE",
                phone="+49 30 23125 042",
            )  # fmt: skip
            person = Person(**{**vars(person), "email": ADA_EMAIL, "address": home})
        return Person(**{**vars(person), "user_id": self._first_user + number})

    def guest(self, order: int) -> Person:
        """Who placed this order without an account."""
        name, mailbox = self._name(self._plan.customers + order * 7)
        return self._person(f"guest:{order}", name=name, email=f"{mailbox}@guest.example")

    def load(self, bar: tqdm) -> int:
        """Write the owner and all customers; return the owner's id.

        Only in demo mode do the published passwords work: a real shop must not have them.
        """
        writer = Writer(User, EmailAddress, Address)
        dice = self._plan.dice("passwords")
        owner = _add_user(
            writer,
            email=OWNER_EMAIL,
            name="Olive Keller",
            password=self._password(dice, OWNER_PASSWORD),
            is_staff=True,
            is_superuser=True,
            customer_id=uuid.UUID(int=self._plan.dice("owner").getrandbits(128), version=4),
            joined_at=self._plan.days_ago(500),
        )
        self._first_user = owner + 1
        for number in range(self._plan.customers):
            person = self.customer(number)
            user = _add_user(
                writer,
                email=person.email,
                name=person.name,
                password=self._password(dice, ADA_PASSWORD if number == ADA else ""),
                customer_id=person.customer_id,
                joined_at=person.joined_at,
            )
            places = [person.address]
            if number == ADA:
                places.append(_OFFICE)
            for place in places:
                writer.add(
                    Address,
                    customer_id=user,
                    is_default=place is person.address,
                    created_at=person.joined_at,
                    created_by_id=user,
                    **place.to_dict(),
                )
            writer.flush_when_full()
            bar.update()
        writer.flush()
        return owner

    def _password(self, dice: Random, text: str) -> str:
        """The hash of `text`, or one that no password fits."""
        noise = letters(dice, 40, _ALPHABET)
        if text and settings.DEMO_MODE:
            # With all of it the hash would be longer than its column, which MySQL refuses.
            return make_password(text, salt=noise[:22])
        return UNUSABLE_PASSWORD_PREFIX + noise

    def _name(self, number: int) -> tuple[str, str]:
        """A name and a mailbox; no two numbers have the same mailbox."""
        rounds, place = divmod(number, len(self._first) * len(self._last))
        row, column = divmod(place, len(self._first))
        first, last = self._first[column], self._last[(row + column) % len(self._last)]
        return f"{first} {last}", f"{slug(first)}.{slug(last)}{rounds or ''}"

    def _person(self, purpose: str, *, name: str, email: str) -> Person:
        dice = self._plan.dice(purpose)
        country = dice.choice(_COUNTRIES)
        place = next(place for place in self._texts.places if place.country == country)
        postal_code, city = dice.choice(place.towns)
        return Person(
            name=name,
            email=email,
            address=PostalAddress(
                name=name,
                line1=dice.choice(place.streets),
                postal_code=postal_code,
                city=city,
                country=country,
            ),
            customer_id=uuid.UUID(int=dice.getrandbits(128), version=4),
            joined_at=self._plan.days_ago(DAYS + 1 + dice.random() * 240),
        )


_OFFICE = PostalAddress(
    name="Ada Lindgren", company="Lindgren und Vogel", line1="Schillerstraße 8", line2="Third floor",
    postal_code="04107", city="Leipzig", country="DE",
)  # fmt: skip


def _add_user(writer: Writer, *, email: str, joined_at: datetime, **fields: object) -> int:
    user = writer.add(User, email=email, date_joined=joined_at, **fields)
    writer.add(EmailAddress, user_id=user, email=email, verified=True, primary=True)
    return user
