"""One user model for staff and customers, known by an email address, a phone number, or both."""

import uuid
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.utils import timezone
from phonenumber_field.modelfields import PhoneNumberField


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
        return self.get(email=(username or "").lower())


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
    # Repeats the wishlist, so that every page knows its hearts without asking. Written by its service only.
    saved_products = models.JSONField(default=list, blank=True, editable=False)
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
        if not self._state.adding and kwargs.get("update_fields") is None:
            # Saving a whole person never writes back what was saved for later meanwhile.
            kwargs["update_fields"] = [
                field.name
                for field in self._meta.concrete_fields
                if not field.primary_key and field.name != "saved_products"
            ]
        super().save(*args, **kwargs)

    @property
    def phone_is_confirmed(self) -> bool:
        """Whether the account's own number was proven to be theirs, so that it can sign them in."""
        return bool(self.phone) and str(self.phone) == self.confirmed_phone

    def get_full_name(self) -> str:
        return self.name or self.email or "Customer"

    def get_short_name(self) -> str:
        return (self.name or self.email or "Customer").split()[0]
