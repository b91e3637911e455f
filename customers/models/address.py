"""The addresses of a customer's address book."""

from typing import Self

from django.conf import settings
from django.core.validators import MinLengthValidator
from django.db import models
from django_countries.fields import CountryField

from customers.models.user import User
from ecommerce.lib.addresses import PostalAddress
from ecommerce.lib.models import BaseModel


class AddressQuerySet(models.QuerySet):
    def for_customer(self, user: User) -> Self:
        """The customer's own addresses, the default one first."""
        return self.filter(customer=user, is_deleted=False).order_by("-is_default", "-pk")


class Address(BaseModel):
    """An address in a customer's address book."""

    customer = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="addresses")
    name = models.CharField(max_length=120, validators=[MinLengthValidator(2)])
    company = models.CharField(max_length=120, blank=True)
    line1 = models.CharField("address", max_length=200)
    line2 = models.CharField("address line 2", max_length=200, blank=True)
    postal_code = models.CharField(max_length=20)
    city = models.CharField("town or city", max_length=100)
    region = models.CharField(max_length=100, blank=True)
    country = CountryField()
    phone = models.CharField(max_length=32, blank=True)
    is_default = models.BooleanField(default=False)

    book = AddressQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "addresses"

    def __str__(self) -> str:
        return str(self.as_postal())

    def as_postal(self) -> PostalAddress:
        """The address as the value that carts and orders snapshot."""
        return PostalAddress(
            name=self.name,
            company=self.company,
            line1=self.line1,
            line2=self.line2,
            postal_code=self.postal_code,
            city=self.city,
            region=self.region,
            country=str(self.country),
            phone=self.phone,
        )
