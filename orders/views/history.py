"""A customer's own orders."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from orders.access import find_or_open_cart, order_for_customer
from orders.models import Order, OrderLine
from orders.services.cart import add_again
from orders.views.tracking import order_context

PER_PAGE = 10


@login_required
@require_GET
def history(request: HttpRequest) -> HttpResponse:
    lines = Prefetch("lines", OrderLine.objects.select_related("product__category"))
    orders = Order.objects.for_customer(request.user).prefetch_related(lines)
    paginator = Paginator(orders, PER_PAGE)
    number = request.GET.get("page", "1")
    if not number.isdecimal() or not 1 <= int(number) <= paginator.num_pages:
        raise Http404
    return render(request, "orders/history.html", {"page": paginator.page(int(number))})


@login_required
@require_GET
def detail(request: HttpRequest, number: str) -> HttpResponse:
    context = order_context(order_for_customer(request, number))
    return render(request, "orders/history_detail.html", context)


@login_required
@require_POST
def reorder(request: HttpRequest, number: str) -> HttpResponse:
    """Put what is still sold of an old order into the basket, and say what is not."""
    order = order_for_customer(request, number)
    added, problems = add_again(cart=find_or_open_cart(request), order=order)
    for problem in problems:
        messages.warning(request, problem)
    if added:
        messages.success(request, f"Your basket has the things of order {order.number} again.")
    return redirect("orders:cart")
