"""What is in an order, changed by staff before it leaves."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils import timezone

from catalog.models import Variant
from catalog.services import inventory
from ecommerce.lib.errors import BadInput, DomainError
from ecommerce.lib.money import format_money
from ecommerce.lib.transactions import retrying_atomic
from orders.models import DiscountUse, Order, OrderEvent, OrderLine
from orders.models.cart import MAX_QUANTITY
from orders.pricing import Quote, QuotedLine
from orders.services import balances
from orders.services.cart import sellable_variant
from orders.services.events import record
from orders.services.fulfilment import close_when_all_left
from orders.services.invoices import reissue_invoice
from orders.services.orders import go_on, locked, wrong_state
from orders.services.requoting import Wanted, edit_note, requote, wanted_lines


@dataclass(frozen=True, kw_only=True)
class Edit:
    """What staff ask for: pieces by line id (0 removes; lines left out stay), and by SKU of new lines.

    `new_delivery` takes today's delivery price instead of the one agreed to. `key` names the request,
    so that whoever sends it twice can tell that it was done (`edit_of_key`).
    """

    quantities: Mapping[int, int]
    additions: Mapping[str, int]
    reason: str
    new_delivery: bool = False
    key: str = ""


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What an edit would make of an order. `difference` is above zero when it costs more."""

    quote: Quote
    old_total: Decimal
    revision: int

    @property
    def difference(self) -> Decimal:
        return self.quote.total - self.old_total


def edit_by_sku(
    *,
    order: Order,
    items: Iterable[tuple[str, int]],
    reason: str,
    new_delivery: bool = False,
    key: str = "",
) -> Edit:
    """An edit as programs ask for it: `items` are SKU and pieces, of lines that are there or of new ones.

    A line is known by the SKU it was sold under, and by the one its variant has today. Raises
    BadInput when the same thing is named twice.
    """
    lines = list(order.lines.select_related("variant"))
    known = {line.variant.sku: line.pk for line in lines} | {line.sku: line.pk for line in lines}
    named = [(known.get(sku, sku), pieces) for sku, pieces in items]
    if len(dict(named)) < len(named):
        raise BadInput("Name each thing once.", field="items", code="named_twice")
    return Edit(
        quantities={key: pieces for key, pieces in named if isinstance(key, int)},
        additions={key: pieces for key, pieces in named if isinstance(key, str)},
        reason=reason,
        new_delivery=new_delivery,
        key=key,
    )


def preview_edit(*, order: Order, edit: Edit, actor: Any = None) -> Preview:
    """Work out an edit without writing anything. Raises what `edit_order` raises before it writes."""
    require_editable(order)
    quote, _ = _plan(order, _lines(order), edit, actor)
    return Preview(quote=quote, old_total=order.total, revision=order.revision)


@retrying_atomic
def edit_order(
    *, order: Order, edit: Edit, revision: int, confirmed_total: Decimal, actor: Any = None
) -> Order:
    """Change the order's lines as `edit` says: lines, money, stock and discounts together.

    `revision` and `confirmed_total` are those of the preview staff agreed to. Raises DomainError
    (`order_changed`) when somebody changed the order meanwhile, `total_changed` when it would
    cost something else now, WrongState when it has left, BadInput for pieces that cannot be had
    or taken away, and OutOfStock; nothing is written then.
    """
    order = locked(order)
    require_editable(order)
    if order.revision != revision:
        raise _overtaken()
    lines = list(_lines(order))
    before = _described(lines)
    quote, wanted = _plan(order, lines, edit, actor)
    if quote.total != confirmed_total:
        raise DomainError(
            f"The new total is {format_money(quote.total, order.currency)} by now. Please look again.",
            code="total_changed",
            data={"total": quote.total},
        )
    old_total = order.total
    write_quote(order, quote)
    # Stock before lines: a new line's foreign keys lock its product, which changes of stock lock later.
    _move_stock(order, lines, wanted)
    _write_lines(order, lines, wanted, quote)
    _write_discounts(order, quote)
    record(
        order=order,
        kind="edited",
        message=f"We changed your order: {edit.reason}"[:300],
        actor=actor,
        data={
            "before": before,
            "after": _described(_lines(order)),
            "total": [str(old_total), str(order.total)],
            "reason": edit.reason,
            "key": edit.key,
        },
    )
    reissue_invoice(order=order)
    go_on(order)
    close_when_all_left(order)
    return order


def edit_of_key(order: Order, key: str) -> OrderEvent | None:
    """The entry in the order's history of the edit that was made with `key`, if it was."""
    return order.events.filter(kind="edited", data__key=key).first() if key else None


def write_quote(order: Order, quote: Quote, **changes: Any) -> None:
    """Make `quote` the calculation of a locked order and count the change.

    The revision is part of the UPDATE: of two who changed the same order, one is told.
    """
    rows = Order.objects.filter(pk=order.pk, revision=order.revision)
    done = rows.update(
        revision=order.revision + 1,
        subtotal=quote.subtotal,
        shipping_total=quote.shipping,
        discount_total=quote.discount_total,
        tax_total=quote.tax_total,
        total=quote.total,
        quote=quote.to_json(),
        modified_at=timezone.now(),
        **changes,
    )
    if not done:
        raise _overtaken()
    order.refresh_from_db()
    for line in quote.lines:
        OrderLine.objects.filter(order=order, variant_id=line.key).update(**_money_of(line))
    balances.weigh(order)


def require_editable(order: Order) -> None:
    """Raise WrongState for an order of which all has left, or that is over."""
    if not order.can_be_edited:
        raise wrong_state(order, Order.Status.PROCESSING)


def _overtaken() -> DomainError:
    return DomainError("Somebody else has just changed this order. Please look again.", code="order_changed")


def _lines(order: Order) -> Any:
    return order.lines.select_related("variant__product").order_by("pk")


def _plan(order: Order, lines: Any, edit: Edit, actor: Any) -> tuple[Quote, list[Wanted]]:
    if not edit.reason.strip():
        raise BadInput("Say why the order changes: the shopper reads it.", field="reason")
    lines = list(lines)
    for line in lines:
        _require_possible(line, edit.quantities.get(line.pk, line.quantity))
    if set(edit.quantities) - {line.pk for line in lines}:
        raise BadInput("That line is not part of the order.", code="unknown_line")
    wanted = wanted_lines(lines, edit.quantities) + _added(lines, edit.additions)
    if not wanted:
        raise BadInput("Nothing would be left. Cancel the order instead.", code="empty_order")
    kept = {line.variant_id: line.quantity for line in lines}
    if not edit.new_delivery and kept == {line.variant.pk: line.quantity for line in wanted}:
        raise BadInput("Nothing would change.", code="no_change")
    why = edit_note(edit.reason, actor.get_full_name() if actor else "the shop")
    return requote(order=order, lines=wanted, new_delivery=edit.new_delivery, why=why), wanted


def _require_possible(line: OrderLine, quantity: int) -> None:
    if not 0 <= quantity <= MAX_QUANTITY:
        raise BadInput(f"Enter a number from 0 to {MAX_QUANTITY}.", field=f"quantity_{line.pk}")
    if quantity < line.quantity_shipped:
        raise BadInput(
            f"{line.quantity_shipped} of {line.full_name} have left already.",
            field=f"quantity_{line.pk}",
            code="already_shipped",
        )


def _added(lines: list[OrderLine], additions: Mapping[str, int]) -> list[Wanted]:
    there = {line.sku for line in lines} | {line.variant.sku for line in lines}
    found = []
    for sku, quantity in additions.items():
        if not 1 <= quantity <= MAX_QUANTITY:
            raise BadInput(f"Enter a number from 1 to {MAX_QUANTITY}.", field="add_quantity")
        if sku in there:
            raise BadInput(f"{sku} is in the order: change its pieces above.", field="add_sku")
        found.append(Wanted(variant=sellable_variant(sku), quantity=quantity))
    return found


def _described(lines: Any) -> list[dict[str, Any]]:
    return [{"sku": line.sku, "quantity": line.quantity, "total": str(line.total)} for line in lines]


def _money_of(line: QuotedLine) -> dict[str, Any]:
    names = ("quantity", "unit_price", "subtotal", "discount", "tax_rate", "tax", "total")
    return {name: getattr(line, name) for name in names}


def _write_lines(order: Order, lines: list[OrderLine], wanted: list[Wanted], quote: Quote) -> None:
    stay = {line.variant.pk for line in wanted}
    for line in lines:
        if line.variant_id not in stay:
            OrderLine.objects.filter(pk=line.pk, quantity_shipped=0).delete()
    known = {line.variant_id for line in lines}
    quoted = {line.key: line for line in quote.lines}
    for new in wanted:
        if new.variant.pk not in known:
            _create_line(order, new.variant, quoted[new.variant.pk])


def _create_line(order: Order, variant: Variant, quoted: QuotedLine) -> None:
    product = variant.product
    OrderLine.objects.create(
        order=order,
        product=product,
        variant=variant,
        name=product.name,
        variant_name=variant.name,
        sku=variant.sku,
        image=variant.image.stem if variant.image else product.image,
        weight_grams=variant.weight_grams,
        **_money_of(quoted),
    )


def _move_stock(order: Order, lines: Iterable[OrderLine], wanted: Iterable[Wanted]) -> None:
    """Hold what the order still has to get, no less and no more; its place in the queue stays.

    Raises OutOfStock, and then every hold is as it was.
    """
    shipped = {line.variant_id: line.quantity_shipped for line in lines}
    held = {line.variant_id: line.quantity - line.quantity_shipped for line in lines}
    needed = {one.variant.pk: one.quantity - shipped.get(one.variant.pk, 0) for one in wanted}
    if needed != held:
        reference = order.stock_reference
        inventory.reserve(quantities=needed, reference=reference, instead_of=[reference])


def _write_discounts(order: Order, quote: Quote) -> None:
    """A use stays used, also of a code that takes nothing off any more; its amount changes."""
    for found in quote.discounts:
        DiscountUse.objects.filter(order=order, discount_id=found.id).update(amount=found.amount)
    gone = ~Q(discount_id__in=[found.id for found in quote.discounts])
    DiscountUse.objects.filter(gone, order=order, released_at=None).update(amount=0)
