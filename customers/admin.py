"""People: customers with their addresses, and staff with their roles."""

from typing import Any, ClassVar

from allauth.account.models import EmailAddress
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied, ValidationError
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import display
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from customers.models import Address, User
from customers.people_pages import GIVE_ROLES, PeoplePages
from customers.services import profiles, tokens
from customers.services.sessions import end_others
from customers.token_admin import ApiTokenAdmin  # noqa: F401 (registers)
from customers.wishlist_admin import WishlistAdmin  # noqa: F401 (registers)
from ecommerce.lib.field_rights import SUPERUSERS, FieldRights

CLOSE = "customers.delete_user"


class LowerCaseEmail(ModelForm):
    """Compares an email address with the stored ones the way it will be stored."""

    def clean_email(self) -> str:
        email = (self.cleaned_data.get("email") or "").lower()
        if email and EmailAddress.objects.filter(email=email).exclude(user_id=self.instance.pk).exists():
            raise ValidationError("Another account has this email address.")
        return email


class StaffCreationForm(LowerCaseEmail, UserCreationForm):
    class Meta:
        model = User
        fields = ("email", "name")
        field_classes: dict[str, type] = {}


class StaffChangeForm(LowerCaseEmail, UserChangeForm):
    class Meta:
        model = User
        fields = (
            "email", "name", "phone", "password", "is_active", "is_staff", "groups", "is_superuser",
            "user_permissions",
        )  # fmt: skip
        field_classes: dict[str, type] = {}


class AddressInline(TabularInline):
    """The customer's address book; it is theirs to change."""

    model = Address
    fk_name = "customer"
    fields = ["name", "company", "line1", "postal_code", "city", "country", "is_default"]
    readonly_fields = fields
    extra = 0
    can_delete = False
    tab = True

    def has_add_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False


@admin.register(User)
class UserAdmin(FieldRights, PeoplePages, DjangoUserAdmin, ModelAdmin):
    """Create staff, give roles, close accounts. People are closed, never deleted.

    Whoever may not give roles changes nothing but how customers are called and reached.
    """

    field_rights: ClassVar = {
        "password": GIVE_ROLES, "is_staff": GIVE_ROLES, "groups": GIVE_ROLES,
        "is_superuser": SUPERUSERS, "user_permissions": SUPERUSERS,
    }  # fmt: skip

    form = StaffChangeForm
    add_form = StaffCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ["email", "name", "phone", "shown_kind", "is_active", "date_joined"]
    list_filter = ["is_staff", "is_active", "groups"]
    search_fields = ["email", "name", "phone"]
    ordering = ["-date_joined"]
    filter_horizontal = ["groups", "user_permissions"]
    readonly_fields = ["customer_id", "shown_phone", "last_login", "date_joined"]
    inlines = [AddressInline]
    fieldsets = [
        (None, {"fields": ["email", "name", "phone", "password"]}),
        ("Access", {"fields": ["is_active", "is_staff", "groups", "is_superuser", "user_permissions"]}),
        ("Record", {"fields": ["customer_id", "shown_phone", "date_joined", "last_login"]}),
    ]
    add_fieldsets = [
        (None, {"fields": ["email", "name", "is_staff", "usable_password", "password1", "password2"]}),
    ]

    @display(description="Kind", ordering="is_staff", label={"Staff": "info", "Customer": "success"})
    def shown_kind(self, user: User) -> str:
        return "Staff" if user.is_staff else "Customer"

    @display(description="Signs in by mobile", boolean=True)
    def shown_phone(self, user: User) -> bool:
        return user.phone_is_confirmed and not user.is_staff

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        fields = list(super().get_readonly_fields(request, obj))
        return fields if request.user.has_perm(CLOSE) else [*fields, "is_active"]

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Superusers are for superusers, colleagues for who may give roles."""
        if obj is not None and obj.is_superuser and not request.user.is_superuser:
            return False
        if obj is not None and obj.is_staff and not request.user.has_perm(GIVE_ROLES):
            return False
        return super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: User, form: ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if change and {"email", "phone"} & set(form.changed_data):
            profiles.unprove_contact(user=obj, old_email=form.initial.get("email") or "")
        if not obj.is_active:
            tokens.revoke_all(user=obj)
            end_others(user=obj, keep=None)

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        if not request.user.has_perm(GIVE_ROLES):
            raise PermissionDenied
        response = super().user_change_password(request, id, form_url)
        if request.method == "POST" and response.status_code == 302:
            user = self.get_object(request, id)
            if user is not None:
                tokens.revoke_all(user=user)
                end_others(user=user, keep=request.session.session_key)
        return response


admin.site.unregister(Group)


@admin.register(Group)
class GroupAdmin(DjangoGroupAdmin, ModelAdmin):
    """Roles: named sets of rights."""
