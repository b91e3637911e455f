"""Writing a review, taking it back, and the photos inside."""

from pathlib import PurePosixPath
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog.models import Product
from customers.access import signed_in
from ecommerce.lib.errors import BadInput
from ecommerce.lib.files import FilesUnavailable, send_private
from reviews.access import own_review, visible_photo
from reviews.forms import ReviewForm
from reviews.services import reviews
from reviews.services.reviews import AlreadyReviewed, NotBought

PUBLISHED = "Thank you. Your review is on the page."
KEPT = "Thank you. Your review is kept and will appear soon."
PHOTOS_DOWN = (
    "We cannot take photos right now. Choose the photo again in a few minutes, or send the review without it."
)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def create(request: HttpRequest, slug: str) -> HttpResponse:
    """Write about a product; who did not buy it, or has written already, reads why not."""
    product = get_object_or_404(Product.objects.for_listing(), slug=slug)
    form = ReviewForm(request.POST or None, request.FILES or None)
    reachable, status = True, 400
    try:
        reachable = reviews.check_may_review(customer=signed_in(request), product=product)
        if request.method == "POST" and form.is_valid():
            review = reviews.add_review(customer=signed_in(request), product=product, **form.for_service())
            messages.success(request, KEPT if review.is_kept else PUBLISHED)
            return redirect(product.get_absolute_url() + "#reviews")
    except BadInput as error:
        form.add_error(error.field or None, error.message)
    except FilesUnavailable:
        form.add_error("photo", PHOTOS_DOWN)
        status = 503
    except (NotBought, AlreadyReviewed) as error:
        status = error.http_status if request.method == "POST" else 200
        context = {"product": product, "reason": error.message, "code": error.code}
        return render(request, "reviews/not_yet.html", context, status=status)
    status = status if request.method == "POST" else 200
    context = {"product": product, "form": form, "reachable": reachable}
    response = render(request, "reviews/form.html", context, status=status)
    if status == 503:
        response["Retry-After"] = "60"
    return response


@login_required
@require_POST
def delete(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take back one's own review."""
    review = own_review(request, str(pk))
    reviews.delete_review(review=review, actor=signed_in(request))
    messages.success(request, "The review is deleted.")
    product = Product.objects.filter(pk=review.product_id).first()
    return redirect(product.get_absolute_url() + "#reviews" if product else "catalog:home")


@require_safe
def photo(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """The photo of a review, from private storage: moderation may take it away again."""
    review = visible_photo(request, str(pk))
    path = review.file_path or ""
    name = f"photo{PurePosixPath(path).suffix}"
    return send_private(path, name=name, content_type=review.file_type or "", inline=True)
