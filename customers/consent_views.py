"""What a customer agreed to: the list, the switch for news, and the link that ends them."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from customers.access import signed_in
from customers.services import consents
from ecommerce.lib.ratelimit import client_address

PER_PAGE = 20


@login_required
@require_safe
def agreements(request: HttpRequest) -> HttpResponse:
    """Everything this customer agreed to, the newest first, and the switch for news by email."""
    customer = signed_in(request)
    paginator = Paginator(customer.consents.newest_first(), PER_PAGE)  # type: ignore[attr-defined]
    number = request.GET.get("page", "1")
    if not number.isdecimal() or not 1 <= int(number) <= paginator.num_pages:
        raise Http404
    context = {
        "page": paginator.page(int(number)),
        "wants_marketing": consents.wants_marketing(customer.email),
        "marketing_words": consents.MARKETING_WORDS,
    }
    return render(request, "customers/agreements.html", context)


@login_required
@require_POST
def marketing(request: HttpRequest) -> HttpResponse:
    """Switch news by email on or off."""
    customer, given = signed_in(request), request.POST.get("given") == "yes"
    if not customer.email:
        messages.error(request, "Add an email address first; then we can write to you.")
        return redirect("account_email")
    consents.choose_marketing(
        email=customer.email,
        given=given,
        where="account",
        address=client_address(request),
        customer=customer,
    )
    messages.success(request, "You get news by email." if given else "You get no more news by email.")
    return redirect("customers:agreements")


@csrf_exempt  # mail programs press the button for their reader (RFC 8058); the signed link is the proof
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, key: str) -> HttpResponse:
    """GET asks, because programs open links by themselves; POST ends news to the signed address."""
    email = consents.email_of_key(key)
    if request.method == "POST":
        address = client_address(request)
        consents.choose_marketing(email=email, given=False, where="link in an email", address=address)
    done = not consents.wants_marketing(email)
    return render(request, "customers/unsubscribe.html", {"email": email, "done": done})
