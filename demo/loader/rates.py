"""What the demo shop charges for delivery, and the value added tax of where it delivers."""

from decimal import Decimal
from typing import Any

from demo.loader.bulk import Writer
from demo.loader.plan import Plan
from orders.models import DeliveryZone, ShippingMethod, ShippingRate, TaxRate, TaxRegion
from orders.services.tax_seed import planned_changes
from orders.shipping import Rate

UNION = "AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE".split()  # noqa: SIM905
OTHERS = ("GB", "CH", "NO")

TRACKING = "https://www.dhl.de/en/privatkunden/pakete-empfangen/verfolgen.html?piececode={number}"
_ISLANDS = """25846, 25849, 25859, 25863, 25867, 25869, 25938, 25946, 25949, 25980-25999, 26465, 26474,
26486, 26548, 26571, 26579, 26757, 27498, 83256"""
ZONES: dict[str, dict[str, Any]] = {
    "Germany": {"countries": "DE"},
    "German islands": {"countries": "DE", "postal_codes": _ISLANDS},
    "European Union": {"countries": " ".join(country for country in UNION if country != "DE")},
    "Switzerland, Norway, Great Britain": {"countries": " ".join(OTHERS)},
}
METHODS: tuple[dict[str, Any], ...] = (
    {"code": "standard", "name": "DHL Standard", "carrier": "DHL", "tracking_url": TRACKING},
    {"code": "express", "name": "DHL Express", "carrier": "DHL Express", "tracking_url": TRACKING},
    {"code": "europe", "name": "DHL Europe", "carrier": "DHL", "tracking_url": TRACKING},
    {"code": "abroad", "name": "DHL International", "carrier": "DHL", "tracking_url": TRACKING},
    {
        "code": "collect", "name": "Collect in Berlin", "kind": "collect", "handling_days": 1,
        "pickup_name": "Alcove shop", "line1": "Lindenallee 12", "postal_code": "10119", "city": "Berlin",
        "country": "DE", "opening_hours": "Mon-Fri 10-19, Sat 10-16",
    },
)  # fmt: skip
# (method, zone): price, free from, working days, heaviest parcel in grams
PRICES = (
    ("standard", "Germany", "3.90", 60, (1, 2), None),
    ("standard", "German islands", "8.90", 120, (2, 4), None),
    ("express", "Germany", "9.90", None, (1, 1), 20_000),
    ("express", "German islands", "19.90", None, (2, 2), 10_000),
    ("europe", "European Union", "6.90", 120, (2, 5), None),
    ("abroad", "Switzerland, Norway, Great Britain", "14.90", None, (4, 8), 30_000),
    ("collect", "Germany", "0", None, (0, 0), None),
)


def load_rates(plan: Plan) -> list[Rate]:
    """Write zones, methods with their rates, tax rates and tax regions; return the rates of delivery."""
    writer = Writer(DeliveryZone, ShippingMethod, ShippingRate, TaxRegion, TaxRate)
    rates = _load_delivery(writer, plan)
    missing = planned_changes(today=plan.midnight.date())
    for made in (*missing.regions, *missing.added):
        values = {field.attname: getattr(made, field.attname) for field in made._meta.local_concrete_fields}
        writer.add(type(made), **{name: value for name, value in values.items() if name != "id"})
    writer.flush()
    return rates


def _load_delivery(writer: Writer, plan: Plan) -> list[Rate]:
    made = plan.days_ago(400)
    zones, methods = {}, {}
    row: dict[str, Any]
    values: Any
    for position, (name, values) in enumerate(ZONES.items()):
        row = {"name": name, "position": position, "created_at": made, **values}
        zones[name] = DeliveryZone(pk=writer.add(DeliveryZone, **row), **row)
    for position, values in enumerate(METHODS):
        row = {**values, "position": position, "created_at": made}
        methods[values["code"]] = ShippingMethod(pk=writer.add(ShippingMethod, **row), **row)
    rates = []
    for code, zone, price, free_from, (days_min, days_max), heaviest in PRICES:
        row = {
            "price": Decimal(price),
            "free_from": None if free_from is None else Decimal(free_from),
            "days_min": days_min,
            "days_max": days_max,
            "weight_to": heaviest,
        }
        writer.add(ShippingRate, method_id=methods[code].pk, zone_id=zones[zone].pk, **row)
        rates.append(ShippingRate(method=methods[code], zone=zones[zone], **row).as_rate())
    return rates
