"""What the demo shop charges for delivery, and the value added tax of where it delivers.

Tax figures are those in force on 1 January 2026, from the European Commission's Taxes in
Europe Database (TEDB) for the Union, and from gov.uk, estv.admin.ch and skatteetaten.no for
the rest. A country has several reduced rates; the one here is what it mostly asks for books,
food or plants, and where it has none (Denmark) the standard rate. `valid_from` is the day on
which the present rates began, at the earliest 2021.
"""

from datetime import date
from decimal import Decimal

from catalog.models import Product
from demo.loader.bulk import Writer
from demo.loader.plan import Plan
from orders.models import ShippingMethod, TaxRate

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


def taxes_of(country: str) -> dict[str, Decimal]:
    """The rates of `country` by tax class, as orders are priced with."""
    standard, reduced = RATES[country]
    return {"standard": Decimal(standard), "reduced": Decimal(reduced), "zero": Decimal(0)}


def load_rates(plan: Plan) -> list[ShippingMethod]:
    """Write delivery methods and tax rates; return the methods, cheapest first."""
    writer = Writer(ShippingMethod, TaxRate)
    methods = []
    for position, values in enumerate(METHODS):
        row = {**values, "tracking_url": _TRACKING, "position": position, "created_at": plan.days_ago(400)}
        methods.append(ShippingMethod(pk=writer.add(ShippingMethod, **row), **row))
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
    return methods
