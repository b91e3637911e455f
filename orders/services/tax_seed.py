"""Loading VAT rates: what the figures would change, and changing it. The past stays as it is."""

from dataclasses import dataclass, field
from datetime import date

from django_countries import countries

from catalog.models import StoreSettings
from ecommerce.lib.transactions import retrying_atomic
from orders import tax_figures
from orders.models import TaxRate, TaxRegion
from orders.tax_figures import Figure, Region

_Key = tuple[str, str, str]


@dataclass(frozen=True, kw_only=True)
class Report:
    """What loading changes: rows to add, (old rate, its successor) pairs, and rates that differ
    from the figures but are kept, since they were entered after the figures were fetched."""

    regions: list[TaxRegion] = field(default_factory=list)
    added: list[TaxRate] = field(default_factory=list)
    replaced: list[tuple[TaxRate, TaxRate]] = field(default_factory=list)
    kept: list[tuple[TaxRate, Figure]] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not (self.regions or self.added or self.replaced)

    @property
    def sentences(self) -> list[str]:
        """The report in words."""
        words = []
        if self.added:
            places = {(str(row.country), row.region) for row in self.added}
            words.append(f"{len(self.added)} rates of {len(places)} places that had none.")
        if self.regions:
            words.append(f"{len(self.regions)} regions: {', '.join(row.name for row in self.regions)}.")
        words += [
            f"{_place(new)}, {new.tax_class}: {_percent(old.rate)} until {new.valid_from:%d.%m.%Y}, "
            f"then {_percent(new.rate)}."
            for old, new in self.replaced
        ]
        words += [
            f"{_place(row)}, {row.tax_class}: {_percent(row.rate)} kept, which was entered later than the "
            f"figures' {_percent(figure.rate)}."
            for row, figure in self.kept
        ]
        return words or ["Every rate is there already."]


def planned_changes(*, today: date) -> Report:
    """What `seed_tax_rates` would do on `today` (the shop's day); writes nothing."""
    report = Report()
    newest: dict[_Key, TaxRate] = {
        (str(row.country), row.region, row.tax_class): row for row in TaxRate.objects.order_by("valid_from")
    }
    for figure in tax_figures.country_figures():
        _compare(newest.get((figure.country, "", figure.tax_class)), figure, report, today)
    known = set(TaxRegion.objects.values_list("code", flat=True))
    home = str(StoreSettings.current().country)
    for region in tax_figures.REGIONS:
        if region.code not in known:
            report.regions.append(_region_row(region))
        # A region's rates are a beginning: what staff make of them is not compared again.
        report.added.extend(
            _rate_row(figure, figure.since)
            for figure in region.figures(home)
            if (figure.country, figure.region, figure.tax_class) not in newest
        )
    return report


@retrying_atomic
def seed_tax_rates(*, today: date) -> Report:
    """Add the rates and regions that are missing, and follow the figures where they changed.

    A rate that differs from the newest stored one ends it (`valid_until=today`) and begins on
    `today`. Left alone are rates that begin on `today` or later, and those that began after the
    figures were fetched: whoever entered them knew better. Doing it again changes nothing.
    """
    report = planned_changes(today=today)
    for old, _ in report.replaced:
        if old.valid_until is None or old.valid_until > today:
            TaxRate.objects.filter(pk=old.pk).update(valid_until=today)
    TaxRegion.objects.bulk_create(report.regions)
    TaxRate.objects.bulk_create([*report.added, *(new for _, new in report.replaced)])
    return report


def _compare(stored: TaxRate | None, figure: Figure, report: Report, today: date) -> None:
    if stored is None:
        report.added.append(_rate_row(figure, figure.since))
    elif stored.rate == figure.rate:
        return
    elif stored.valid_from >= today or stored.valid_from > tax_figures.data_day():
        report.kept.append((stored, figure))
    else:
        report.replaced.append((stored, _rate_row(figure, today)))


def _region_row(region: Region) -> TaxRegion:
    return TaxRegion(
        code=region.code,
        country=region.country,
        name=region.name,
        postal_codes=region.postal_codes,
        outside_eu_vat=region.outside_eu_vat,
    )


def _rate_row(figure: Figure, since: date) -> TaxRate:
    return TaxRate(
        country=figure.country,
        region=figure.region,
        tax_class=figure.tax_class,
        rate=figure.rate,
        valid_from=since,
    )


def _place(row: TaxRate) -> str:
    return row.region or str(countries.name(str(row.country)))


def _percent(rate: object) -> str:
    return f"{rate:.2f}".rstrip("0").rstrip(".") + " %"
