"""People: one user model for staff and customers, their addresses, one-time codes and API tokens."""

import uuid
from typing import Any, Self

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.validators import MinLengthValidator
from django.db import models
from django.utils import timezone
from django_countries.fields import CountryField
from knox.models import AuthToken
from phonenumber_field.modelfields import PhoneNumberField

from ecommerce.lib.addresses import PostalAddress
from ecommerce.lib.models import BaseModel


class UserManager(BaseUserManager["User"]):
    """Creates people known by an email address, a phone number, or both."""

    def create_user(self, email: str | None = None, password: str | None = None, **fields: Any) -> "User":
        """Create a person; without a `password` they can only sign in by other means."""
        user = self.model(email=self.normalize_email(email) or None, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """Anybody who can sign in. Email and phone are unique when given; a blank one is NULL."""

    customer_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField(max_length=254, unique=True, null=True, blank=True)
    phone = PhoneNumberField(unique=True, null=True, blank=True)
    # Anybody can type a number; only its owner can read a code sent to it. Changing `phone` unproves it.
    confirmed_phone = models.CharField(
        max_length=16, blank=True, default="", editable=False, help_text="Proven by a code sent to it."
    )
    name = models.CharField(max_length=120, blank=True)
    is_staff = models.BooleanField("staff", default=False, help_text="May sign in to the staff site.")
    is_active = models.BooleanField("active", default=True)
    date_joined = models.DateTimeField(default=timezone.now, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        ordering = ["-date_joined"]

    def __str__(self) -> str:
        return self.email or str(self.phone or self.customer_id)

    def save(self, *args: Any, **kwargs: Any) -> None:
        # NULLs may repeat in a unique column, empty strings may not.
        self.email = self.email.lower() if self.email else None
        self.phone = self.phone or None
        super().save(*args, **kwargs)

    @property
    def phone_is_confirmed(self) -> bool:
        """Whether the account's own number was proven to be theirs, so that it can sign them in."""
        return bool(self.phone) and str(self.phone) == self.confirmed_phone

    def get_full_name(self) -> str:
        return self.name or self.email or "Customer"

    def get_short_name(self) -> str:
        return (self.name or self.email or "Customer").split()[0]


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


class OneTimeCode(models.Model):
    """The newest code of a phone number, and how often codes were asked for and tried.

    One row for each number that asked, whether an account has the number or not. Only
    `services/otp.py` writes here.
    """

    phone = models.CharField(max_length=16, unique=True, help_text="E.164")
    code_hash = models.CharField(max_length=64, blank=True, default="", help_text="Empty: no code works.")
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0, help_text="Of this code.")
    failures = models.PositiveSmallIntegerField(default=0, help_text="In a row, of any code.")
    tried_at = models.DateTimeField(null=True, blank=True)
    hour_began_at = models.DateTimeField()
    hour_sent = models.PositiveSmallIntegerField(default=0)
    day_began_at = models.DateTimeField(db_index=True)
    day_sent = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return f"Code {self.pk}"


class ApiTokenQuerySet(models.QuerySet):
    def usable_by(self, user: User) -> Self:
        """The tokens with which programs can act for `user` now, the newest first."""
        return self.filter(user=user, expiry__gt=timezone.now()).order_by("-created", "-token_key")


class ApiToken(AuthToken):
    """A token as people may see it: by its first characters, never by its hash (the primary key)."""

    ID_LENGTH = 8

    listed = ApiTokenQuerySet.as_manager()

    class Meta:
        proxy = True
        verbose_name = "API token"
        default_permissions = ("view", "delete")

    def __str__(self) -> str:
        return f"Token {self.token_id}…"

    @property
    def token_id(self) -> str:
        """Its first characters: too few to sign in with, enough to tell a person's tokens apart."""
        return self.token_key[: self.ID_LENGTH]
