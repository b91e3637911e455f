"""What /styleguide/ shows the components with: invented things, nothing from the database."""

from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.utils import timezone

HUES = (15, 65, 95, 135, 235, 300)
COLOURS = (
    ("Light and dark", ("chalk", "paper", "ink", "moss", "line", "hair")),
    ("Meaning", ("act", "sale", "ok", "warn", "error", "focus", "butter")),
)


class SampleForm(forms.Form):
    """Every kind of field that the shop's forms have."""

    email = forms.EmailField(
        label="Email", help_text="We send the order there.", error_messages={"required": "Enter your email."}
    )
    name = forms.CharField(label="Name", required=False)
    country = forms.ChoiceField(label="Country", choices=[("DE", "Germany"), ("AT", "Austria")])
    text = forms.CharField(label="Message", widget=forms.Textarea, required=False)
    delivery = forms.ChoiceField(
        label="Delivery",
        widget=forms.RadioSelect,
        choices=[("standard", "Standard, Thursday 26 November"), ("express", "Express, tomorrow")],
        error_messages={"required": "Choose how it should come."},
    )
    terms = forms.BooleanField(
        label="I have read the terms", error_messages={"required": "Tick the box to go on."}
    )


def sample_products() -> list[SimpleNamespace]:
    """Cards in every state: plain, on sale, low, sold out."""
    rows: list[tuple[str, str, str, int, str, str | None, str]] = [
        ("Field backpack", "Raspberry, 18 litres", "field-backpack-raspberry", 15, "64", None, "in_stock"),
        ("Tempo runner", "Lilac, 36 to 46", "tempo-runner-lilac", 65, "89", "112", "in_stock"),
        ("Morning mug", "Stoneware, 280 ml", "morning-mug", 300, "18", None, "low"),
        ("Window seedling", "In a terracotta pot", "window-seedling", 95, "14", None, "sold_out"),
    ]
    return [_product(*row) for row in rows]


def _product(
    name: str, summary: str, stem: str, hue: int, price: str, was: str | None, stock: str
) -> SimpleNamespace:
    amount, before = Decimal(price), Decimal(was) if was else None
    return SimpleNamespace(
        pk=0,  # no product: its heart saves nothing
        name=name,
        summary=summary,
        image=f"products/{stem}",
        image_alt=name,
        category=SimpleNamespace(hue=hue),
        price_min=amount,
        price_max=amount,
        compare_at=before,
        is_on_sale=before is not None,
        saving_percent=int((1 - amount / before) * 100) if before else 0,
        stock_state=stock,
        available=3,
        rating=Decimal("4.8"),
        review_count=212,
        get_absolute_url="#",
    )


def sample_quote() -> SimpleNamespace:
    return SimpleNamespace(
        currency="EUR",
        prices_include_tax=True,
        subtotal=Decimal(153),
        discounts=[SimpleNamespace(name="Autumn, 10% off", amount=Decimal("15.30"))],
        shipping_code="standard",
        shipping_name="Standard",
        shipping=Decimal("3.90"),
        taxes=[SimpleNamespace(rate=Decimal(19), tax=Decimal("22.61"))],
        total=Decimal("141.60"),
    )


def sample_events() -> list[SimpleNamespace]:
    now = timezone.now()
    words = ("Order received", "Payment received", "Packed", "Handed to the carrier")
    return [
        SimpleNamespace(message=text, created_at=now - timedelta(hours=20 - 6 * index))
        for index, text in enumerate(words)
    ]


def samples() -> dict[str, Any]:
    """The context of templates/styleguide.html."""
    return {
        "hues": HUES,
        "colours": COLOURS,
        "products": sample_products(),
        "empty_form": SampleForm(prefix="fresh"),
        "wrong_form": SampleForm({}, prefix="wrong"),
        "quote": sample_quote(),
        "events": sample_events(),
        "page": Paginator(range(240), 24).page(4),
        "trail": [("Home", "#"), ("Wear", "#"), ("Bags", "")],
        "scores": [(5, 170), (4, 30), (3, 8), (2, 3), (1, 1)],
        "reviews": 212,
        "steps": ("contact", "address", "delivery", "review"),
        "pills": [("Raspberry", "#F2247F"), ("Forest", "#2F8F68"), ("Ocean", "#2F6BD8")],
    }
