"""Discounts as staff write them: in the staff site with all their terms, as coupons by programs."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from catalog.services.products import stamp_author
from ecommerce.lib.errors import BadInput, DomainError, NotFound
from ecommerce.lib.money import round_money
from ecommerce.lib.transactions import retrying_atomic
from orders.coupon_terms import fields_of
from orders.models import Discount, DiscountCode
from orders.models.discount import normalise_code

AMOUNTS = ("amount", "cap", "minimum_spend")
_KINDS = Discount.Kind
_LIMITS = ("products", "categories", "stores", "customers")
# What whoever writes a discount never writes: orders count its uses, deleting it is another step.
_KEPT = {"id", "uses", "is_deleted", "deletion_token", "created_at", "created_by"}
_WRITTEN = [field.name for field in Discount._meta.concrete_fields if field.name not in _KEPT]


class DuplicateCode(DomainError):
    """Another discount that is not deleted, or a generated code, is the same."""

    code = "duplicate_code"

    def __init__(self) -> None:
        super().__init__("Another discount has this code.", field="code")


class HasMoreTerms(DomainError):
    """The discount has terms that a coupon cannot state, so it can only be suspended as one."""

    code = "has_more_terms"


def wrong_terms(terms: Mapping[str, Any]) -> dict[str, str]:
    """What does not fit in a discount's fields: field -> words. Fields that are missing are let be."""
    found: dict[str, str] = {}
    kind = terms.get("kind")
    if kind in (_KINDS.PERCENT, _KINDS.BUY_X_GET_Y) and terms.get("percent") == 0:
        found["percent"] = "Enter how many per cent come off, such as 10."
    if kind == _KINDS.AMOUNT and terms.get("amount") == 0:
        found["amount"] = "Enter how much comes off."
    for name in ("buy_quantity", "get_quantity") if kind == _KINDS.BUY_X_GET_Y else ():
        if terms.get(name) == 0:
            found[name] = "Enter a number of pieces, such as 1."
    if terms.get("staff_only") and not terms.get("code") and not terms.get("codes_only"):
        found["staff_only"] = "A discount for staff only needs a code that they can enter."
    begins, ends = terms.get("active_from"), terms.get("active_until")
    if begins and ends and ends <= begins:
        found["active_until"] = "The end must be after the beginning."
    for name in AMOUNTS:
        value = terms.get(name)
        if value is not None and value != round_money(value):
            found[name] = "This is finer than the smallest coin."
    return found


@retrying_atomic
def save_discount(*, discount: Discount, actor: Any = None) -> Discount:
    """Store a new or changed discount; how often it was used stays as orders have counted it.

    Raises BadInput for terms that cannot be right, and DuplicateCode.
    """
    stamp_author(discount, actor)
    discount.code_key = normalise_code(discount.code) or None
    _check(discount)
    if discount.code_key:
        _require_free(discount.code_key, but=discount.pk)
    try:
        with transaction.atomic():
            discount.save(update_fields=None if discount._state.adding else _WRITTEN)
    except IntegrityError as error:  # somebody took the code since it was looked for
        raise DuplicateCode from error
    return discount


@retrying_atomic
def create_coupon(*, given: Mapping[str, Any], actor: Any = None) -> Discount:
    """Make a discount for a code, of fields and of terms in the words of `coupon_terms`.

    Raises what `save_discount` and `coupon_terms.fields_of` raise.
    """
    made = save_discount(discount=Discount(**fields_of(_with_code(given))), actor=actor)
    return with_limits(Discount.objects.all()).get(pk=made.pk)


@retrying_atomic
def change_coupon(*, discount: Discount, given: Mapping[str, Any], actor: Any = None) -> Discount:
    """Change what is given and leave the rest, as it is once the discount's row is locked.

    Raises what `create_coupon` raises, and HasMoreTerms for anything but `is_suspended` where
    the discount has terms that a coupon cannot state.
    """
    locked = _locked(discount)
    if given.keys() - {"is_suspended"}:
        _require_coupon(locked)
    for name, value in fields_of(_with_code(given), current=locked).items():
        setattr(locked, name, value)
    save_discount(discount=locked, actor=actor)
    return locked


@retrying_atomic
def delete_coupon(*, discount: Discount, actor: Any = None) -> None:
    """End a coupon for good; orders that used it keep it, and its code is free again."""
    locked = _locked(discount)
    _require_coupon(locked)
    stamp_author(locked, actor)
    locked.save(update_fields=["modified_by"])
    locked.delete()


def with_limits(discounts: QuerySet[Discount]) -> QuerySet[Discount]:
    """Annotate `is_limited`: for some products, categories, stores or customers alone."""
    limited = Q()
    for name in _LIMITS:
        limited |= Q(Exists(getattr(Discount, name).through.objects.filter(discount=OuterRef("pk"))))
    return discounts.annotate(is_limited=limited)


def has_more_terms(discount: Any) -> bool:
    """Whether a discount of `with_limits` has terms that a coupon cannot state."""
    return bool(
        discount.is_limited
        or discount.kind == _KINDS.BUY_X_GET_Y
        or not discount.code_key
        or discount.codes_only
        or discount.staff_only
        or discount.first_order_only
        or discount.exclusive
        or not discount.stackable
        or discount.priority
    )


def _locked(discount: Discount) -> Discount:
    """The discount as it is now, locked. Raises NotFound when it was deleted meanwhile."""
    if not Discount.objects.select_for_update().filter(pk=discount.pk).exists():
        raise NotFound("There is no such coupon.")
    return with_limits(Discount.objects.all()).get(pk=discount.pk)


def _require_coupon(discount: Discount) -> None:
    if has_more_terms(discount):
        raise HasMoreTerms(
            "This discount has more terms than a coupon: here it can only be suspended. "
            "The staff site changes and deletes it."
        )


def _with_code(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """Raises BadInput for a code of nothing but spaces: without one it would apply by itself."""
    if "code" in given and not normalise_code(given["code"]):
        raise BadInput("Enter a code.", field="code")
    return given


def _require_free(key: str, *, but: int | None) -> None:
    discounts = Discount.objects.filter(code_key=key).exclude(pk=but)
    if discounts.exists() or DiscountCode.objects.filter(code_key=key).exists():
        raise DuplicateCode


def _check(discount: Discount) -> None:
    """Raise BadInput with the first thing that is wrong, before the database does."""
    try:
        discount.clean_fields(exclude=["created_by", "modified_by"])
        wrong = wrong_terms(vars(discount))
    except ValidationError as error:
        wrong = {name: messages[0] for name, messages in error.message_dict.items()}
    for name, words in wrong.items():
        raise BadInput(words, field={"code_key": "code"}.get(name, name))
