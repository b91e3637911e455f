"""What the demo shop charges for delivery, and the value added tax of where it delivers."""

from decimal import Decimal

from demo.loader.bulk import Writer
from demo.loader.plan import Plan
from orders.models import ShippingMethod, TaxRate, TaxRegion
from orders.services.tax_seed import planned_changes

UNION = "AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE".split()  # noqa: SIM905
OTHERS = ("GB", "CH", "NO")

_TRACKING = "https://www.dhl.de/en/privatkunden/pakete-empfangen/verfolgen.html?piececode={number}"
METHODS = (
    {
        "code": "standard", "name": "DHL Standard", "carrier": "DHL", "countries": "DE",
        "price": Decimal("3.90"), "free_from": Decimal(60), "days_min": 1, "days_max": 2,
    },
    {
        "code": "express", "name": "DHL Express", "carrier": "DHL Express", "countries": "DE",
        "price": Decimal("9.90"), "max_weight_grams": 20_000, "days_min": 1, "days_max": 1,
    },
    {
        "code": "europe", "name": "DHL Europe", "carrier": "DHL",
        "countries": " ".join(country for country in UNION if country != "DE"),
        "price": Decimal("6.90"), "free_from": Decimal(120), "days_min": 2, "days_max": 5,
    },
    {
        "code": "abroad", "name": "DHL International", "carrier": "DHL", "countries": " ".join(OTHERS),
        "price": Decimal("14.90"), "max_weight_grams": 30_000, "days_min": 4, "days_max": 8,
    },
)  # fmt: skip


def load_rates(plan: Plan) -> list[ShippingMethod]:
    """Write delivery methods, tax rates and tax regions; return the methods, cheapest first."""
    writer = Writer(ShippingMethod, TaxRegion, TaxRate)
    methods = []
    for position, values in enumerate(METHODS):
        row = {**values, "tracking_url": _TRACKING, "position": position, "created_at": plan.days_ago(400)}
        methods.append(ShippingMethod(pk=writer.add(ShippingMethod, **row), **row))
    missing = planned_changes(today=plan.midnight.date())
    for made in (*missing.regions, *missing.added):
        values = {field.attname: getattr(made, field.attname) for field in made._meta.local_concrete_fields}
        writer.add(type(made), **{name: value for name, value in values.items() if name != "id"})
    writer.flush()
    return methods
