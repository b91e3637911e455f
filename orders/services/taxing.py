"""Which taxes the calculation uses for a place, a day and a buyer."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.cache import cache
from django.utils import timezone
from django_countries import countries

from catalog.models import StoreSettings
from orders.models import TaxRate
from orders.postal_patterns import matches
from orders.tax import Taxes
from orders.vat_numbers import check, vat_place

_SECONDS_KEPT = 60


@dataclass(frozen=True, kw_only=True)
class PlaceRates:
    """The rates of a country, or of one of its regions: then with its postal codes."""

    region: str
    postal_codes: str
    outside_eu_vat: bool
    rates: dict[str, Decimal]


def taxes_for(
    country: str, postal_code: str = "", day: datetime | None = None, *, vat_number: str = ""
) -> Taxes:
    """The taxes on what is sent to `country` (ISO code) on the shop's own day, today by default.

    A region's rates replace the country's class by class. A buyer with a `vat_number` that is
    right for the place, another member state than the shop's, gets reverse charge; one that is
    not right there counts as none. One query for a country, kept for a minute, since rates
    change once in years.
    """
    shop, date_there = StoreSettings.current(), timezone.localtime(day).date()
    rates, outside = _rates_at(country, postal_code, date_there)
    number = "" if vat_number and check(vat_number, country, postal_code) else vat_number
    reverse = bool(number) and not outside and _is_reverse_charge(shop, country, postal_code)
    home = _rates_at(str(shop.country), "", date_there)[0] if reverse else {}
    return Taxes(
        rates=rates,
        included=shop.prices_include_tax,
        home_rates=home,
        reverse_charge=reverse,
        vat_number=number,
        place=str(countries.name(country) or country),
    )


def _is_reverse_charge(shop: StoreSettings, country: str, postal_code: str) -> bool:
    """Between two member states: Directive 2006/112/EC, articles 138 and 196 (in Germany UStG
    sections 4 no. 1b, 6a and 13b). The invoice must name the seller's number too (article 226 (3)),
    so a shop without one charges VAT."""
    home, there = vat_place(str(shop.country)), vat_place(country, postal_code)
    has_number = bool(shop.seller and shop.seller.vat_number)
    return shop.reverse_charge and has_number and bool(home and there) and home != there


def _rates_at(country: str, postal_code: str, day: date) -> tuple[dict[str, Decimal], bool]:
    """The rates there by class, and whether the Union's VAT law does not hold there."""
    places = _places(country, day)
    rates = dict(places[""].rates) if "" in places else {}
    for place in places.values():
        if place.region and matches(place.postal_codes, postal_code):
            return rates | place.rates, place.outside_eu_vat
    return rates, False


def _places(country: str, day: date) -> dict[str, PlaceRates]:
    """The country (as "") and its regions with rates on `day`, by the regions' codes in order."""
    key = f"taxes-{country}-{day}"
    places = cache.get(key)
    if places is None:
        places = {}
        rows: Any = TaxRate.objects.filter(country=country).valid_on(day).with_region()
        for row in rows.order_by("region", "valid_from"):
            empty = PlaceRates(
                region=row.region,
                postal_codes=row.codes or "",
                outside_eu_vat=bool(row.outside),
                rates={},
            )
            places.setdefault(row.region, empty).rates[row.tax_class] = row.rate
        cache.set(key, places, _SECONDS_KEPT)
    return places
