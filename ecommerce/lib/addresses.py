"""A postal address as a value, the way carts, orders, stores and papers carry it."""

from dataclasses import asdict, dataclass, fields
from typing import Any, Self

from django_countries import countries


@dataclass(frozen=True, kw_only=True)
class PostalAddress:
    """Where something is delivered or billed. `country` is an ISO 3166-1 alpha-2 code."""

    name: str
    line1: str
    postal_code: str
    city: str
    country: str
    line2: str = ""
    company: str = ""
    region: str = ""
    phone: str = ""

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """Build an address from stored JSON, ignoring keys this version does not know."""
        known = {field.name for field in fields(cls)}
        return cls(**{key: str(value) for key, value in data.items() if key in known})

    def to_dict(self) -> dict[str, str]:
        return asdict(self)

    @property
    def country_name(self) -> str:
        return str(countries.name(self.country) or self.country)

    @property
    def lines(self) -> list[str]:
        """The address as it is written on an envelope in most of Europe, without blanks."""
        place = f"{self.postal_code} {self.city}".strip()
        parts = [self.name, self.company, self.line1, self.line2, place, self.region, self.country_name]
        return [part for part in parts if part]

    def __str__(self) -> str:
        return ", ".join(self.lines)
