"""What the demo shop charges for delivery, and the value added tax of where it delivers.

Tax figures are those in force on 1 January 2026, from the European Commission's Taxes in
Europe Database (TEDB) for the Union, and from gov.uk, estv.admin.ch and skatteetaten.no for
the rest. A country has several reduced rates; the one here is what it mostly asks for books,
food or plants, and where it has none (Denmark) the standard rate. `valid_from` is the day on
which the present rates began, at the earliest 2021.
"""

from datetime import date
from decimal import Decimal
from typing import Any

from catalog.models import Product
from demo.loader.bulk import Writer
from demo.loader.plan import Plan
from orders.models import DeliveryZone, ShippingMethod, ShippingRate, TaxRate
from orders.shipping import Rate

UNION = "AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE".split()  # noqa: SIM905
OTHERS = ("GB", "CH", "NO")
SINCE = date(2021, 1, 1)

# country: standard, reduced
RATES = {
    "AT": ("20", "10"), "BE": ("21", "6"), "BG": ("20", "9"), "HR": ("25", "5"),
    "CY": ("19", "5"), "CZ": ("21", "12"), "DK": ("25", "25"), "EE": ("24", "9"),
    "FI": ("25.5", "13.5"), "FR": ("20", "5.5"), "DE": ("19", "7"), "GR": ("24", "13"),
    "HU": ("27", "5"), "IE": ("23", "13.5"), "IT": ("22", "10"), "LV": ("21", "12"),
    "LT": ("21", "12"), "LU": ("17", "8"), "MT": ("18", "5"), "NL": ("21", "9"),
    "PL": ("23", "8"), "PT": ("23", "6"), "RO": ("21", "11"), "SK": ("23", "19"),
    "SI": ("22", "9.5"), "ES": ("21", "10"), "SE": ("25", "12"),
    "GB": ("20", "5"), "CH": ("8.1", "2.6"), "NO": ("25", "15"),
}  # fmt: skip

# (country, class) whose rate began after 2021
CHANGED = {
    ("CH", "standard"): date(2024, 1, 1), ("CH", "reduced"): date(2024, 1, 1),
    ("CZ", "reduced"): date(2024, 1, 1), ("EE", "standard"): date(2025, 7, 1),
    ("FI", "standard"): date(2024, 9, 1), ("FI", "reduced"): date(2026, 1, 1),
    ("LT", "reduced"): date(2026, 1, 1), ("LU", "standard"): date(2024, 1, 1),
    ("LU", "reduced"): date(2024, 1, 1), ("RO", "standard"): date(2025, 8, 1),
    ("RO", "reduced"): date(2025, 8, 1), ("SK", "standard"): date(2025, 1, 1),
    ("SK", "reduced"): date(2025, 1, 1),
}  # fmt: skip

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


def taxes_of(country: str) -> dict[str, Decimal]:
    """The rates of `country` by tax class, as orders are priced with."""
    standard, reduced = RATES[country]
    return {"standard": Decimal(standard), "reduced": Decimal(reduced), "zero": Decimal(0)}


def load_rates(plan: Plan) -> list[Rate]:
    """Write zones, methods with their rates, and tax rates; return the rates of delivery."""
    writer = Writer(DeliveryZone, ShippingMethod, ShippingRate, TaxRate)
    rates = _load_delivery(writer, plan)
    for country in RATES:
        for tax_class, rate in taxes_of(country).items():
            began = CHANGED.get((country, tax_class), SINCE)
            writer.add(
                TaxRate,
                country=country,
                tax_class=Product.TaxClass(tax_class),
                rate=rate,
                valid_from=began,
            )
    writer.flush()
    return rates


def _load_delivery(writer: Writer, plan: Plan) -> list[Rate]:
    made = plan.days_ago(400)
    zones, methods = {}, {}
    row: dict[str, Any]
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
