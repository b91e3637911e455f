"""What each role of the staff may do: the one table. `docs/staff-roles.md` tells people why.

The migrations carry frozen copies of it, because a shop may have changed its roles since. A change
here needs a migration that brings the difference to the groups; a test compares the two.
"""

from collections.abc import Mapping
from dataclasses import dataclass

_SEE = "view"
_EDIT = "view change"
_MAKE = "view add change"
_ALL = "view add change delete"


@dataclass(frozen=True, kw_only=True)
class Role:
    """A group of the staff: what it is for, its verbs by model, and rights that are no verb of a model."""

    name: str
    sentence: str
    models: Mapping[str, str]
    rights: tuple[str, ...] = ()

    @property
    def permissions(self) -> frozenset[str]:
        """All of it as Django names it, such as `orders.view_order`."""
        found = set(self.rights)
        for label, verbs in self.models.items():
            app, model = label.split(".")
            found |= {f"{app}.{verb}_{model}" for verb in verbs.split()}
        return frozenset(found)


PICKER = Role(
    name="picker",
    sentence="Packs and ships orders, prints their labels, and takes returned goods in. Sees no money.",
    models={
        "orders.order": _SEE,
        "orders.return": _SEE,
        "catalog.product": _SEE,
        "catalog.variant": _SEE,
        "catalog.productimage": _SEE,
        "catalog.stockitem": _SEE,
        "catalog.stocklocation": _SEE,
        "catalog.hold": _SEE,
    },
    rights=("orders.pack_order", "orders.receive_return"),
)

SUPPORT = Role(
    name="support",
    sentence="Helps customers: their orders, returns, questions, reviews and details. Sends no money back.",
    models={
        "orders.order": _MAKE,
        "orders.draftorder": _ALL,
        "orders.return": _EDIT,
        "orders.notification": _SEE,
        "orders.withdrawal": _SEE,
        "orders.invoice": _SEE,
        "orders.creditnote": _SEE,
        "background.failedtask": _SEE,
        "documents.orderfile": _SEE,
        "customers.user": _EDIT,
        "customers.address": _SEE,
        "customers.consent": _SEE,
        "customers.personaldatarequest": _EDIT,
        "customers.wishlist": _SEE,
        "reviews.review": _EDIT,
        "reviews.question": _EDIT,
        "reviews.answer": _EDIT,
        "reviews.survey": _SEE,
        "support.ticket": _EDIT,
        "catalog.product": _SEE,
        "catalog.variant": _SEE,
        "catalog.productimage": _SEE,
        "catalog.category": _SEE,
        "catalog.stockitem": _SEE,
        "catalog.hold": _SEE,
        "catalog.stockrequest": _SEE,
    },
    rights=("orders.see_order_amounts", "reviews.moderate_review", "reviews.moderate_question"),
)

MERCHANDISER = Role(
    name="merchandiser",
    sentence="Looks after products, their stock and discounts. Sees no customers and no payments.",
    models={
        "catalog.product": _ALL,
        "catalog.variant": _ALL,
        "catalog.productimage": _ALL,
        "catalog.category": _ALL,
        "catalog.attribute": _ALL,
        "catalog.attributevalue": _ALL,
        "catalog.stockitem": _EDIT,
        "catalog.stocklocation": _MAKE,
        "catalog.stockmovement": _SEE,
        "catalog.hold": _EDIT,
        "catalog.stockrequest": _SEE,
        "catalog.productimport": _MAKE,
        "orders.discount": _ALL,
        "orders.discountcode": "view add",
        "reviews.review": _EDIT,
        "reviews.question": _EDIT,
        "reviews.answer": _SEE,
    },
)

FINANCE = Role(
    name="finance",
    sentence="Takes payments, sends money back, and keeps papers and taxes right. Changes no products.",
    models={
        "orders.order": _EDIT,
        "orders.return": _SEE,
        "orders.withdrawal": _SEE,
        "orders.invoice": _SEE,
        "orders.creditnote": _SEE,
        "orders.taxrate": _ALL,
        "orders.taxregion": _ALL,
        "background.failedtask": _SEE,
        "documents.orderfile": _SEE,
        "payments.payment": _EDIT,
        "payments.refund": "view add",
        "payments.giftcard": _MAKE,
        "payments.gatewayevent": _SEE,
        "payments.alert": _SEE,
    },
    rights=("orders.see_order_amounts", "orders.see_sales"),
)

# What nobody but the owner may do; everything the others may do comes on top.
_OWN = {
    "auth.group": _ALL,
    "background.failedtask": _EDIT,
    "customers.user": _ALL,
    "customers.apitoken": "view delete",
    "catalog.store": _ALL,
    "catalog.storesettings": _MAKE,
    "catalog.stockitem": _MAKE,
    "catalog.stocklocation": _ALL,
    "orders.deliveryzone": _ALL,
    "orders.shippingmethod": _ALL,
    "orders.shippingrate": _ALL,
    "reviews.review": "view change delete",
    "reviews.question": "view change delete",
    "reviews.answer": "view change delete",
    "support.ticket": "view change delete",
    "webhooks.endpoint": _ALL,
    "webhooks.delivery": _SEE,
    "webhooks.attempt": _SEE,
}


def _together(*tables: Mapping[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for table in tables:
        for label, verbs in table.items():
            every = found.get(label, "").split() + verbs.split()
            found[label] = " ".join(verb for verb in _ALL.split() if verb in every)
    return found


_OTHERS = (PICKER, SUPPORT, MERCHANDISER, FINANCE)
OWNER = Role(
    name="owner",
    sentence="Everything, including staff, roles, settings, webhooks and API tokens.",
    models=_together(*(role.models for role in _OTHERS), _OWN),
    rights=tuple(sorted({right for role in _OTHERS for right in role.rights})),
)

ROLES: dict[str, Role] = {role.name: role for role in (*_OTHERS, OWNER)}
