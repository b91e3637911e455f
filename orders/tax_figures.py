"""The VAT rates a shop begins with: figures from `eu_vat_rates_data`, and what it does not say. Pure.

The package (the Commission's Taxes in Europe Database, TEDB, for the Union) has the rates of
countries. Which of several reduced rates is our "reduced", since when a rate holds, and the
regions with rates of their own are written down here.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import eu_vat_rates_data
from django_countries import countries

SINCE = date(2021, 1, 1)
ZERO_RATED = (("standard", "0", SINCE), ("reduced", "0", SINCE))

# Of several reduced rates the one mostly asked for food or books; the higher one where that
# depends on what it is, since too little tax is the shop's loss. A country that is not named
# here gives its only reduced rate, or none: then its standard rate counts for both classes.
REDUCED = {
    "AT": "10", "BE": "6", "CH": "2.6", "CY": "5", "EE": "9", "FI": "13.5", "FR": "5.5",
    "GR": "13", "HR": "5", "HU": "5", "IE": "13.5", "IT": "10", "LI": "2.6", "LT": "12",
    "LU": "8", "LV": "12", "MC": "5.5", "MT": "5", "NO": "15", "PL": "8", "PT": "6",
    "SE": "12", "SI": "9.5", "SK": "19",
}  # fmt: skip

# Rates that began after 2021. Another figure in the package than this one begins on the day
# it is loaded, so that no past order seems to be taxed wrongly.
BEGAN = {
    ("CH", "standard", "8.1"): date(2024, 1, 1), ("CH", "reduced", "2.6"): date(2024, 1, 1),
    ("CZ", "reduced", "12"): date(2024, 1, 1), ("EE", "standard", "24"): date(2025, 7, 1),
    ("FI", "standard", "25.5"): date(2024, 9, 1), ("FI", "reduced", "13.5"): date(2026, 1, 1),
    ("LI", "standard", "8.1"): date(2024, 1, 1), ("LI", "reduced", "2.6"): date(2024, 1, 1),
    ("LT", "reduced", "12"): date(2026, 1, 1), ("LU", "standard", "17"): date(2024, 1, 1),
    ("LU", "reduced", "8"): date(2024, 1, 1), ("RO", "standard", "21"): date(2025, 8, 1),
    ("RO", "reduced", "11"): date(2025, 8, 1), ("SK", "standard", "23"): date(2025, 1, 1),
    ("SK", "reduced", "19"): date(2025, 1, 1),
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A rate of a place: a country, or the region with a code."""

    country: str
    tax_class: str
    rate: Decimal
    since: date
    region: str = ""


@dataclass(frozen=True, kw_only=True)
class Region:
    """A part of a country with rates of its own: (class, rate, since). `at_home`: other rates
    where the shop is in the same country, as sending there is no export then."""

    code: str
    name: str
    postal_codes: str
    outside_eu_vat: bool = True
    rates: tuple[tuple[str, str, date], ...] = ZERO_RATED
    at_home: tuple[tuple[str, str, date], ...] = ()

    @property
    def country(self) -> str:
        return self.code[:2]

    def figures(self, home: str) -> list[Figure]:
        """Its rates as a shop in the country `home` needs them."""
        rates = self.at_home if self.at_home and home == self.country else self.rates
        return [
            Figure(
                country=self.country,
                region=self.code,
                tax_class=tax_class,
                rate=Decimal(rate),
                since=since,
            )
            for tax_class, rate, since in rates
        ]


# Article 296 of the French tax code: 8.5 % and 2.1 % in Guadeloupe, Martinique and Réunion.
_OVERSEAS = (("standard", "8.5", SINCE), ("reduced", "2.1", SINCE))
# Directive 2006/112/EC, article 6: not in the Union's VAT area, so what is sent there is an
# export without VAT. Madeira and the Azores are in it, with rates of their own (article 105).
REGIONS = (
    Region(code="DE-BUESINGEN", name="Büsingen", postal_codes="78266"),
    Region(code="DE-HELGOLAND", name="Heligoland", postal_codes="27498"),
    Region(code="ES-CE", name="Ceuta", postal_codes="51*"),
    Region(code="ES-CN", name="Canary Islands", postal_codes="35*, 38*"),
    Region(code="ES-ML", name="Melilla", postal_codes="52*"),
    Region(code="FI-AX", name="Åland", postal_codes="22*"),
    Region(code="FR-GF", name="French Guiana", postal_codes="973*"),
    Region(code="FR-GP", name="Guadeloupe", postal_codes="971*", at_home=_OVERSEAS),
    Region(code="FR-MQ", name="Martinique", postal_codes="972*", at_home=_OVERSEAS),
    Region(code="FR-RE", name="Réunion", postal_codes="974*", at_home=_OVERSEAS),
    Region(code="FR-YT", name="Mayotte", postal_codes="976*"),
    Region(code="GR-69", name="Mount Athos", postal_codes="63086"),
    Region(code="IT-LIVIGNO", name="Livigno", postal_codes="23041"),
    Region(
        code="PT-20",
        name="Azores",
        postal_codes="95*, 96*, 97*, 98*, 99*",
        outside_eu_vat=False,
        rates=(("standard", "16", date(2021, 7, 1)), ("reduced", "4", SINCE)),
    ),
    Region(
        code="PT-30",
        name="Madeira",
        postal_codes="90*, 91*, 92*, 93*, 94*",
        outside_eu_vat=False,
        rates=(("standard", "22", SINCE), ("reduced", "4", date(2024, 10, 1))),
    ),
)


def data_day() -> date:
    """The day on which the package's figures were last fetched."""
    return date.fromisoformat(eu_vat_rates_data.data_version)


def country_figures() -> list[Figure]:
    """The present rates of every country of the package, by country and class."""
    return [
        Figure(country=country, tax_class=tax_class, rate=rate, since=_began(country, tax_class, rate))
        for country in sorted(eu_vat_rates_data.get_all_rates())
        if countries.name(country)
        for tax_class, rate in rates_of(country).items()
    ]


def rates_of(country: str) -> dict[str, Decimal]:
    """The present rates of a country by tax class; "reduced" is missing where it has none."""
    known = eu_vat_rates_data.get_rate(country)
    if known is None:
        return {}
    rates = {"standard": Decimal(str(known["standard"]))}
    reduced = {Decimal(str(rate)) for rate in known["reduced"]}
    if country in REDUCED:
        # A choice that the country does not have any more is no longer a choice.
        reduced &= {Decimal(REDUCED[country])}
    if len(reduced) == 1:
        rates["reduced"] = reduced.pop()
    return rates


def _began(country: str, tax_class: str, rate: Decimal) -> date:
    return BEGAN.get((country, tax_class, f"{rate.normalize():f}"), SINCE)
