"""Orders as rows, priced by the shop's own calculation, with their lines, stock and discounts."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from tqdm import tqdm

from catalog.models import Hold, StockMovement, StoreSettings
from demo.loader.bulk import BATCH, Writer
from demo.loader.catalogue import FOLDER, variant_name
from demo.loader.diary import DIARY_MODELS, Diary
from demo.loader.discounts import Discounts
from demo.loader.drafts import Draft, DraftLine, Drafts
from demo.loader.ledger import Ledger
from demo.loader.parcels import PARCEL_MODELS, send_parcel
from demo.loader.plan import Plan
from demo.loader.returns import RETURN_MODELS, asked_back, send_back
from demo.loader.shelf import Demand, Shelf
from demo.loader.shop import Places
from demo.loader.stories import TRANSFER
from demo.loader.till import TILL_MODELS, Till, money_back
from demo.texts import load_texts
from ecommerce.lib.money import ZERO
from orders.models import DiscountUse, Order, OrderLine
from orders.pricing import Item, Quote, QuotedLine, quote
from orders.services.quoting import as_delivery, buyer_key
from orders.shipping import Offer, Rate, offers, promise
from orders.tax import Taxes
from orders.tax_figures import rates_of

_NOTES = 0.08
_EXPRESS = 0.15


@dataclass(frozen=True)
class Purchase:
    """A draft with its price and its keys: what the diary, the till and parcels work from."""

    draft: Draft
    order: int
    line_keys: list[int]
    quote: Quote
    method: Offer


class OrderLoader:
    """Writes a plan's orders, the oldest first."""

    def __init__(
        self, plan: Plan, *, places: Places, shelf: Shelf, demand: Demand, rates: list[Rate]
    ) -> None:
        self._plan = plan
        self._places = places
        self._shelf = shelf
        self._rates = rates
        self._shop = StoreSettings.current()
        self._notes = load_texts().notes
        self._discounts = Discounts(plan, places=places)
        self._writer = Writer(
            Order, OrderLine, Hold, StockMovement, DiscountUse, *DIARY_MODELS, *PARCEL_MODELS, *TILL_MODELS,
            *RETURN_MODELS, size=BATCH * 10,
        )  # fmt: skip
        self._ledger = Ledger(self._writer, shelf=shelf, demand=demand, actor=places.owner)
        self._diary = Diary(self._writer, owner=places.owner)
        self._till = Till(self._writer, plan)

    def load(self, drafts: Drafts, *, bar: tqdm) -> None:
        """Write every draft's order and all that hangs on it."""
        for draft in drafts:
            self._ledger.write_until(draft.placed_at)
            purchase = self._write(draft)
            self._take_stock(purchase)
            self._use_discounts(purchase)
            shipment = send_parcel(self._writer, purchase, owner=self._places.owner)
            refunded = self._till.settle(purchase)
            returned = send_back(self._writer, self._plan, purchase, owner=self._places.owner)
            self._diary.write(purchase, shipment=shipment, refunded=refunded, returned=returned)
            self._writer.flush_when_full()
            bar.update()
        self._ledger.write_until()
        self._writer.flush()
        self._discounts.write_uses()

    def _write(self, draft: Draft) -> Purchase:
        items = [self._item(line) for line in draft.lines]
        method = self._method(draft, items)
        priced = quote(
            items=items,
            delivery=as_delivery(method),
            rules=self._discounts.rules(
                at=draft.placed_at, buyer=buyer_key(draft.person.email), wish=draft.wish
            ),
            taxes=Taxes(rates=rates_of(draft.person.address.country), included=self._shop.prices_include_tax),
            currency=settings.SHOP_CURRENCY,
        )
        order = self._add_order(draft, priced, method)
        lines = zip(draft.lines, priced.lines, strict=True)
        keys = [
            self._add_line(order, line, quoted, returned=asked_back(self._plan, draft, line))
            for line, quoted in lines
        ]
        return Purchase(draft=draft, order=order, line_keys=keys, quote=priced, method=method)

    def _item(self, line: DraftLine) -> Item:
        product, variant = self._shelf.at(line.place)
        keys = self._shelf.keys[line.place]
        name = variant_name(variant)
        return Item(
            key=keys.variant,
            product_id=keys.product,
            category_ids=self._places.lines[product.category],
            name=f"{product.name}, {name}" if name else product.name,
            unit_price=variant.price,
            quantity=line.quantity,
            tax_class=product.tax_class,
            weight_grams=variant.weight_grams,
            store_id=self._places.stores[product.store],
        )

    def _method(self, draft: Draft, items: list[Item]) -> Offer:
        """What the shop offers for the address: the cheapest parcel, or the fast one for who hurries."""
        address = draft.person.address
        offered = offers(
            self._rates,
            country=address.country,
            postal_code=address.postal_code,
            weight_grams=sum(item.weight_grams * item.quantity for item in items),
            subtotal=sum((item.unit_price * item.quantity for item in items), ZERO),
            quantity=sum(item.quantity for item in items),
        )
        hurried = draft.wish * 1000 % 1 < _EXPRESS
        express = next((offer for offer in offered if offer.code == "express" and hurried), None)
        return express or offered[0]

    def _add_order(self, draft: Draft, priced: Quote, method: Offer) -> int:
        story, person = draft.story, draft.person
        arrives = promise(
            method=method, placed_at=draft.placed_at, settings=self._shop, country=person.address.country
        )
        address = person.address.to_dict()
        back = (money_back(story, priced) or ZERO) if story.paid_at else ZERO
        return self._writer.add(
            Order,
            number=draft.number,
            token=draft.token,
            customer_id=person.user_id,
            email=person.email,
            name=person.name,
            status=story.status,
            payment_status=story.payment_status,
            fulfilment_status=story.fulfilment_status,
            payment_method=story.payment_method,
            currency=priced.currency,
            subtotal=priced.subtotal,
            shipping_total=priced.shipping,
            discount_total=priced.discount_total,
            tax_total=priced.tax_total,
            total=priced.total,
            amount_paid=priced.total - back if story.paid_at else ZERO,
            amount_credited=back,
            prices_include_tax=priced.prices_include_tax,
            quote=priced.to_json(),
            shipping_method=method.code,
            shipping_name=method.name,
            promised_from=arrives.earliest,
            promised_until=arrives.latest,
            shipping_address=address,
            billing_address=address,
            note=self._note(draft),
            placed_at=draft.placed_at,
            expires_at=self._expires_at(draft),
            paid_at=story.paid_at,
            shipped_at=None if story.is_split else story.shipped_at,
            delivered_at=story.delivered_at,
            cancelled_at=story.cancelled_at,
            created_at=draft.placed_at,
            modified_at=_last_moment(draft),
            created_by_id=person.user_id,
        )

    def _note(self, draft: Draft) -> str:
        wish = draft.wish * 100 % 1
        return self._notes[draft.index % len(self._notes)] if wish < _NOTES else ""

    def _expires_at(self, draft: Draft) -> datetime | None:
        """Only an unpaid transfer still waits for its money."""
        story = draft.story
        if story.status != Order.Status.PENDING or story.payment_method != TRANSFER:
            return None
        return draft.placed_at + timedelta(hours=self._shop.unpaid_hours)

    def _add_line(self, order: int, line: DraftLine, quoted: QuotedLine, *, returned: int) -> int:
        product, variant = self._shelf.at(line.place)
        keys = self._shelf.keys[line.place]
        return self._writer.add(
            OrderLine,
            order_id=order,
            product_id=keys.product,
            variant_id=keys.variant,
            name=product.name,
            variant_name=variant_name(variant),
            sku=variant.sku,
            image=f"{FOLDER}/{variant.picture}",
            quantity=line.quantity,
            quantity_shipped=line.shipped,
            quantity_returned=returned,
            unit_price=quoted.unit_price,
            subtotal=quoted.subtotal,
            discount=quoted.discount,
            tax_rate=quoted.tax_rate,
            tax=quoted.tax,
            total=quoted.total,
            weight_grams=variant.weight_grams,
        )

    def _take_stock(self, purchase: Purchase) -> None:
        """Holds for what was promised, movements for what left and came back."""
        draft, story = purchase.draft, purchase.draft.story
        reference = f"order:{draft.number}"
        states = Hold.State
        for line in draft.lines:
            kept = line.quantity - line.shipped
            rest = states.RELEASED if story.cancelled_at else states.ACTIVE
            for quantity, state in ((line.shipped, states.CONSUMED), (kept, rest)):
                if quantity:
                    self._writer.add(
                        Hold,
                        item_id=self._shelf.keys[line.place].item,
                        quantity=quantity,
                        reference=reference,
                        state=state,
                        created_at=draft.placed_at,
                    )
            if story.shipped_at:
                self._ledger.move(line.place, -line.shipped, at=story.shipped_at, reference=reference)
            if story.returned_at:
                self._ledger.move(line.place, line.returned, at=story.returned_at, reference=reference)

    def _use_discounts(self, purchase: Purchase) -> None:
        draft = purchase.draft
        buyer = buyer_key(draft.person.email)
        for applied in purchase.quote.discounts:
            self._discounts.use(applied, buyer=buyer, released=draft.story.cancelled_at is not None)
            self._writer.add(
                DiscountUse,
                discount_id=applied.id,
                order_id=purchase.order,
                code_id=self._discounts.code_id(applied),
                customer_key=buyer,
                amount=applied.amount,
                created_at=draft.placed_at,
                released_at=draft.story.cancelled_at,
            )


def _last_moment(draft: Draft) -> datetime:
    story = draft.story
    moments = (story.paid_at, story.processing_at, story.shipped_at, story.delivered_at, story.cancelled_at,
               story.refunded_at)  # fmt: skip
    return max([draft.placed_at, *(moment for moment in moments if moment)])
