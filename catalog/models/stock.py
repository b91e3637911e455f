"""Stock: what is on hand, what is promised, and every movement. Written by inventory only."""

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, F, Index, Q, UniqueConstraint
from django.utils import timezone

from catalog.models.product import Variant


class StockLocation(models.Model):
    """A place where things are kept; one by default.

    Orders take from active places only, the lowest `position` first.
    """

    code = models.SlugField(max_length=40, unique=True, default="main")
    name = models.CharField(max_length=80, default="Main warehouse")
    position = models.PositiveIntegerField(default=0, help_text="Orders take from the lowest first.")
    is_active = models.BooleanField(
        "in use", default=True, help_text="What lies in a place that is not in use cannot be sold."
    )

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.name


class StockItem(models.Model):
    """How many of a variant lie at a location (`on_hand`), and how many of those are promised.

    What can be sold is `on_hand - held`. The database itself refuses to promise more.
    """

    variant = models.ForeignKey(Variant, models.CASCADE, related_name="stock_items")
    location = models.ForeignKey(StockLocation, models.PROTECT, related_name="stock_items")
    on_hand = models.PositiveIntegerField(default=0, editable=False)
    held = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        constraints = [
            UniqueConstraint(fields=["variant", "location"], name="catalog_stockitem_unique"),
            CheckConstraint(
                condition=Q(held__gte=0) & Q(held__lte=F("on_hand")), name="catalog_stockitem_held_in_range"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.variant}: {self.available} of {self.on_hand} free"

    @property
    def available(self) -> int:
        return self.on_hand - self.held


class StockMovement(models.Model):
    """One change of `on_hand`; the sum of an item's movements is what it has on hand."""

    class Kind(models.TextChoices):
        RECEIVED = "received", "Goods received"
        ADJUSTED = "adjusted", "Counted or corrected"
        DAMAGED = "damaged", "Damaged or lost"
        SOLD = "sold", "Left for a customer"
        RETURNED = "returned", "Came back"
        MOVED = "moved", "Moved to another place"

    item = models.ForeignKey(StockItem, models.CASCADE, related_name="movements")
    kind = models.CharField(max_length=12, choices=Kind)
    change = models.IntegerField()
    on_hand_after = models.PositiveIntegerField()
    reason = models.CharField(max_length=200, blank=True)
    reference = models.CharField(max_length=64, blank=True, db_index=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.change:+d} {self.get_kind_display()}"


class OutsideSale(models.Model):
    """Goods that left the house without an order of the shop: over a counter, by another system.

    `reference` is that system's own name for it; `key` is its hash, so that databases which
    take "T-1" and "t-1" for the same keep them apart. What was left afterwards is kept, because
    a repeat is answered the same.
    """

    reference = models.CharField(max_length=64)
    key = models.CharField(max_length=64, unique=True, editable=False)
    variant = models.ForeignKey(Variant, models.CASCADE, related_name="+")
    quantity = models.PositiveIntegerField()
    available = models.PositiveIntegerField()
    on_hand = models.PositiveIntegerField()
    held = models.PositiveIntegerField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            CheckConstraint(condition=Q(quantity__gt=0), name="catalog_outsidesale_quantity_positive")
        ]

    def __str__(self) -> str:
        return f"{self.quantity} of {self.variant}: {self.reference}"


class Hold(models.Model):
    """A promise of stock to whoever knows `reference` ("order:7K3M9QXA"), until `expires_at`.

    One with `is_backorder` promises pieces that have yet to come: they are counted in
    `Variant.backordered` and not in the `held` of its item.
    """

    class State(models.TextChoices):
        ACTIVE = "active", "Held"
        CONSUMED = "consumed", "Shipped"
        RELEASED = "released", "Released"

    item = models.ForeignKey(StockItem, models.CASCADE, related_name="holds")
    quantity = models.PositiveIntegerField()
    reference = models.CharField(max_length=64, db_index=True)
    state = models.CharField(max_length=10, choices=State, default=State.ACTIVE)
    expires_at = models.DateTimeField(null=True, blank=True)
    extended = models.BooleanField(default=False, help_text="Its time was made longer, which is done once.")
    is_backorder = models.BooleanField("on backorder", default=False)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [CheckConstraint(condition=Q(quantity__gt=0), name="catalog_hold_quantity_positive")]
        indexes = [Index(fields=["state", "expires_at"], name="catalog_hold_expiry")]

    def __str__(self) -> str:
        return f"{self.quantity} for {self.reference}"
