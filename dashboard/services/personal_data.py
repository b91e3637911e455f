"""All that the shop knows of a person, over all apps: handed out as one file, or erased.

An app is named here once, with its `services/personal_data.py`: `collect(person)` gives what goes into
the file, `files(person)` what is copied into it, `open_matters(person)` what has to be over before an
erasure, `erase(person, now)` empties its rows. A test walks all models with a user or an email address
and fails for one that no app covers and that is not left out here with a reason.
"""

import logging
from collections.abc import Iterator
from datetime import datetime
from types import ModuleType
from typing import Any

from catalog.services import personal_data as catalog
from customers.services import personal_data as customers
from documents.services import personal_data as documents
from ecommerce.lib.personal_data import Person
from orders.services import personal_data as orders
from payments.services import personal_data as payments
from reviews.services import personal_data as reviews
from support.services import personal_data as support

log = logging.getLogger(__name__)

# In the order of erasing: what the rows of others are needed to find goes first. The account is last.
APPS: tuple[ModuleType, ...] = (reviews, documents, payments, orders, support, catalog, customers)
# These keep documents and files, which no transaction spans: erased first, in steps that can be repeated.
OUTSIDE = (reviews, documents)

COVERED = frozenset().union(*(app.COVERS for app in APPS))
LEFT_OUT = {
    "account.EmailConfirmation": "goes with its email address",
    "catalog.Store": "a seller is a business that papers must name",
    "catalog.StoreSettings": "the shop's own address",
    "customers.User_groups": "roles of staff, emptied with the account",
    "customers.User_user_permissions": "rights of staff, emptied with the account",
    "socialaccount.SocialToken": "goes with its account",
    "orders.IdempotentRequest": "answers to programs, forgotten after a day",
    "webhooks.Event": "messages to partners, forgotten after 30 days",
}
# Who wrote or decided something: the link stays, to a row that erasure empties.
WHO_DID_IT = frozenset(
    {
        "created_by",
        "modified_by",
        "actor",
        "resolved_by",
        "decided_by",
        "requested_by",
        "applied_by",
        "undone_by",
    }
)


def collect(person: Person) -> Iterator[tuple[str, Any]]:
    """(file name without ending, a dictionary or rows) of everything, app by app."""
    for app in APPS:
        yield from app.collect(person).items()


def files(person: Person) -> Iterator[tuple[str, str]]:
    """(name in the archive, path in private storage) of the files that are the person's."""
    for app in APPS:
        if hasattr(app, "files"):
            yield from app.files(person)


def open_matters(person: Person) -> list[str]:
    """What has to be over before the person can be erased, in words; empty: nothing."""
    return [words for app in APPS if hasattr(app, "open_matters") for words in app.open_matters(person)]


def erase_outside(person: Person, now: datetime) -> None:
    """Documents and files; safe to repeat."""
    for app in OUTSIDE:
        app.erase(person, now)


def erase_rows(person: Person, now: datetime) -> None:
    """Everything in the relational database, in the caller's transaction."""
    for app in APPS:
        if app not in OUTSIDE:
            app.erase(person, now)
