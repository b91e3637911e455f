"""The account pages: overview, profile and address book."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from customers import phones
from customers.access import own_address, signed_in
from customers.forms import AddressBookForm, AddressForm, ProfileForm
from customers.models import Address
from customers.services import addresses as book
from customers.services import profiles
from ecommerce.lib.errors import DomainError


@login_required
@require_GET
def account(request: HttpRequest) -> HttpResponse:
    """Where a customer finds their orders, addresses and details."""
    default = Address.book.for_customer(signed_in(request)).first()
    return render(request, "customers/account.html", {"default_address": default})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """Change name and phone number."""
    customer = signed_in(request)
    initial = {"name": customer.name, "phone": phones.international(str(customer.phone or ""))}
    form = ProfileForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            profiles.change_profile(customer=customer, **form.cleaned_data)
        except DomainError as error:
            form.add_error(error.field or None, error.message)
        else:
            messages.success(request, "Your details are saved.")
            return redirect("customers:profile")
    return render(request, "customers/profile.html", {"form": form}, status=400 if form.errors else 200)


@login_required
@require_GET
def addresses(request: HttpRequest) -> HttpResponse:
    """The customer's address book."""
    return render(
        request, "customers/addresses.html", {"addresses": Address.book.for_customer(signed_in(request))}
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def address_add(request: HttpRequest) -> HttpResponse:
    """Add an address to the book."""
    form = AddressBookForm(request.POST or None, initial={"name": signed_in(request).name})
    if request.method == "POST" and form.is_valid():
        try:
            book.add_address(
                customer=signed_in(request), postal=form.postal(), is_default=form.cleaned_data["is_default"]
            )
        except DomainError as error:
            form.add_error(error.field or None, error.message)
        else:
            messages.success(request, "The address is saved.")
            return _after_saving(request)
    context = {"form": form, "next": request.POST.get("next") or request.GET.get("next", "")}
    return render(request, "customers/address_form.html", context, status=400 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def address_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change one of the customer's own addresses."""
    address = own_address(request, pk)
    initial = AddressForm.initial_of(address) | {"is_default": address.is_default}
    form = AddressBookForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        book.change_address(address=address, postal=form.postal(), is_default=form.cleaned_data["is_default"])
        messages.success(request, "The address is saved.")
        return _after_saving(request)
    context = {"form": form, "address": address, "next": request.GET.get("next", "")}
    return render(request, "customers/address_form.html", context, status=400 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def address_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask once, then take an address out of the book."""
    address = own_address(request, pk)
    if request.method == "POST":
        book.delete_address(address=address)
        messages.success(request, "The address is deleted.")
        return redirect("customers:addresses")
    return render(request, "customers/address_delete.html", {"address": address})


@login_required
@require_POST
def address_default(request: HttpRequest, pk: int) -> HttpResponse:
    """Offer this address first from now on."""
    book.make_default(address=own_address(request, pk))
    messages.success(request, "This address now comes first.")
    return redirect("customers:addresses")


def _after_saving(request: HttpRequest) -> HttpResponse:
    """Back to where the form was opened from, when that is a page of this shop."""
    target = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure()):
        return redirect(target)
    return redirect("customers:addresses")
