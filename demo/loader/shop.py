"""The shop itself: its settings, sellers and the category tree."""

from dataclasses import dataclass

from catalog.models import Category, Store, StoreSettings
from demo.catalogue import load
from demo.loader.bulk import Writer
from demo.loader.plan import Plan


@dataclass(frozen=True)
class Places:
    """Database keys by slug, the lines of the category tree, and the owner's id."""

    owner: int
    stores: dict[str, int]
    categories: dict[str, int]
    lines: dict[str, frozenset[int]]


def load_shop(plan: Plan, *, owner: int) -> Places:
    """Write sellers, categories and the settings row, whose seller is the first store."""
    catalogue = load()
    opened = plan.days_ago(450)
    writer = Writer(Store, Category)
    stores = {
        store.slug: writer.add(
            Store,
            name=store.name,
            slug=store.slug,
            owner_id=owner,
            description=store.about,
            email=store.email,
            phone=store.phone,
            line1=store.street,
            postal_code=store.postcode,
            city=store.city,
            country=store.country,
            vat_number=store.vat_number,
            created_at=opened,
            created_by_id=owner,
        )
        for store in catalogue.stores
    }
    categories: dict[str, int] = {}
    lines: dict[str, frozenset[int]] = {}
    for position, category in enumerate(catalogue.categories):
        parent = categories[category.parent] if category.parent else None
        key = writer.add(
            Category,
            name=category.name,
            slug=category.slug,
            description=category.description,
            hue=category.hue,
            position=position,
            parent_id=parent,
            created_at=opened,
            created_by_id=owner,
        )
        categories[category.slug] = key
        lines[category.slug] = lines.get(category.parent or "", frozenset()) | {key}
    writer.flush()
    settings, _ = StoreSettings.objects.get_or_create(pk=1)
    if settings.seller_id is None:
        settings.seller_id = stores[catalogue.stores[0].slug]
        settings.save()
    return Places(owner=owner, stores=stores, categories=categories, lines=lines)
