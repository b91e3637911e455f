"""Writing a review, taking it back, and the photos inside."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.storage import storages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from catalog.models import Product
from customers.access import signed_in
from ecommerce.lib.errors import BadInput
from reviews.access import own_review, visible_photo
from reviews.forms import ReviewForm
from reviews.services import reviews
from reviews.services.reviews import AlreadyReviewed, NotBought

PUBLISHED = "Thank you. Your review is on the page."
KEPT = "Thank you. Your review is kept and will appear soon."


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def create(request: HttpRequest, slug: str) -> HttpResponse:
    """Write about a product; who did not buy it, or has written already, reads why not."""
    product = get_object_or_404(Product.objects.for_listing(), slug=slug)
    form = ReviewForm(request.POST or None, request.FILES or None)
    reachable = True
    try:
        reachable = reviews.check_may_review(customer=signed_in(request), product=product)
        if request.method == "POST" and form.is_valid():
            review = reviews.add_review(customer=signed_in(request), product=product, **form.for_service())
            messages.success(request, KEPT if review.is_kept else PUBLISHED)
            return redirect(product.get_absolute_url() + "#reviews")
    except BadInput as error:
        form.add_error(error.field or None, error.message)
    except (NotBought, AlreadyReviewed) as error:
        status = error.http_status if request.method == "POST" else 200
        context = {"product": product, "reason": error.message, "code": error.code}
        return render(request, "reviews/not_yet.html", context, status=status)
    status = 400 if request.method == "POST" else 200
    context = {"product": product, "form": form, "reachable": reachable}
    return render(request, "reviews/form.html", context, status=status)


@login_required
@require_POST
def delete(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take back one's own review."""
    review = own_review(request, str(pk))
    reviews.delete_review(review=review, actor=signed_in(request))
    messages.success(request, "The review is deleted.")
    product = Product.objects.filter(pk=review.product_id).first()
    return redirect(product.get_absolute_url() + "#reviews" if product else "catalog:home")


@require_GET
def photo(request: HttpRequest, pk: UUID) -> FileResponse:
    """The photo of a review, streamed from private storage."""
    review = visible_photo(request, str(pk))
    try:
        file = storages["private"].open(review.file_path or "", "rb")
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(file, content_type=review.file_type)
    # Moderation may take it away again, so only the browser keeps it, and not for long.
    response["Cache-Control"] = "private, max-age=3600"
    response["X-Content-Type-Options"] = "nosniff"
    return response
