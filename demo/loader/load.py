"""The stages of loading, in order."""

from django.core.cache import cache
from django.db import transaction

from catalog.models import Product, StoreSettings
from customers.models import User
from demo.loader.catalogue import CatalogueLoader, count_products, products_of
from demo.loader.colleagues import load_colleagues
from demo.loader.credit_notes import load_credit_notes, refunds_to_credit
from demo.loader.drafts import Drafts
from demo.loader.gift_cards import load_gift_cards
from demo.loader.invoices import load_invoices, orders_to_invoice
from demo.loader.orders import OrderLoader
from demo.loader.people import ADA, ADA_EMAIL, OWNER_EMAIL, People
from demo.loader.pictures import copy_pictures, count_files
from demo.loader.plan import Plan
from demo.loader.progress import Progress
from demo.loader.questions import QuestionLoader
from demo.loader.rates import load_rates
from demo.loader.reviews import ReviewLoader
from demo.loader.shelf import Demand, Shelf
from demo.loader.shop import load_shop
from demo.loader.surveys import load_surveys
from demo.loader.tickets import load_tickets
from demo.loader.wishlist import load_wishlist
from orders.models import Order
from reviews.models import Review


class ShopNotEmpty(Exception):
    """There is something in the shop already; the message says what."""


def load_demo(plan: Plan, *, progress: Progress) -> None:
    """Fill an empty shop. All of it or nothing; raises ShopNotEmpty and then changes nothing."""
    _require_empty_shop()
    with progress.stage("Pictures", count_files()) as bar:
        copy_pictures(bar=bar)
    with transaction.atomic(), transaction.atomic(using="documents"):
        _load_rows(plan, progress)
    # What was cached of the empty shop: settings, tax rates, the category tree, search words.
    cache.clear()


def _load_rows(plan: Plan, progress: Progress) -> None:
    people = People(plan)
    with progress.stage("Customers", plan.customers) as bar:
        owner = people.load(bar)
    places = load_shop(plan, owner=owner)
    rates = load_rates(plan)
    shelf = Shelf.of(products_of(plan))
    drafts = Drafts(plan, people=people, shelf=shelf)
    with progress.stage("Planning", plan.orders) as bar:
        demand = Demand(drafts, bar=bar)
    with progress.stage("Products", count_products(plan)) as bar:
        low_at = StoreSettings.current().low_stock_at
        loader = CatalogueLoader(plan, places=places, demand=demand, low_stock_at=low_at)
        loader.load(products_of(plan), shelf=shelf, bar=bar)
    with progress.stage("Orders", plan.orders) as bar:
        order_loader = OrderLoader(plan, places=places, shelf=shelf, demand=demand, rates=rates)
        order_loader.load(drafts, bar=bar)
    with progress.stage("Invoices", orders_to_invoice().count()) as bar:
        load_invoices(bar=bar)
    with progress.stage("Credit notes", refunds_to_credit().count()) as bar:
        load_credit_notes(bar=bar)
    with progress.stage("Reviews", plan.reviews) as bar:
        ReviewLoader(plan, people=people, shelf=shelf).load(drafts, bar=bar)
    QuestionLoader(plan, people=people, owner=owner).load()
    load_surveys(plan)
    load_tickets(plan, people=people)
    load_gift_cards(plan, ada=people.customer(ADA), owner=owner)
    load_wishlist(plan, ada=people.customer(ADA))
    load_colleagues(plan, owner=owner)


def _require_empty_shop() -> None:
    found = {
        "products": Product.all_objects.exists(),
        "orders": Order.all_objects.exists(),
        "reviews": Review.all_objects.exists(),
        "the demo's people": User.objects.filter(email__in=[OWNER_EMAIL, ADA_EMAIL]).exists(),
    }
    if present := [what for what, is_there in found.items() if is_there]:
        raise ShopNotEmpty(
            f"This shop already has {', '.join(present)}. The demo is loaded into an empty shop only: "
            "choose another VAR_DIR or database."
        )
