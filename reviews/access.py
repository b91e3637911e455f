"""Which review, question or answer a visitor may see or change. Every view goes through here."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest

from ecommerce.lib.documents_store import DocumentsUnavailable, or_unavailable
from reviews.models import Answer, Question, Review
from reviews.services import buyer_answers, questions
from reviews.services.reviews import may_delete


class ReviewsUnavailable(DocumentsUnavailable):
    code = "reviews_unavailable"


def own_review(request: HttpRequest, pk: str) -> Review:
    """A review that the visitor may delete. Raises Http404 for unknown and other people's, and
    PermissionDenied for staff who may not delete reviews; ReviewsUnavailable while
    the document store is down."""
    with or_unavailable(unavailable()):
        review = Review.objects.filter(pk=pk).first()
    if review is None:
        raise Http404
    if not may_delete(review=review, actor=request.user):
        raise _refusal(request)
    return review


def public_question(pk: str) -> Question:
    """A question that everybody may see. Raises Http404 for any other, its asker's own included."""
    question = Question.objects.published().filter(pk=pk).first()
    if question is None:
        raise Http404
    return question


def own_question(request: HttpRequest, pk: str) -> Question:
    """A question that the visitor may delete; refuses as `own_review` does."""
    question = Question.objects.filter(pk=pk).first()
    if question is None:
        raise Http404
    if not questions.may_delete(question=question, actor=request.user):
        raise _refusal(request)
    return question


def own_answer(request: HttpRequest, pk: str) -> Answer:
    """An answer that the visitor may delete; refuses as `own_review` does."""
    answer = Answer.objects.filter(pk=pk, is_shop=False).first()
    if answer is None:
        raise Http404
    if not buyer_answers.may_delete(answer=answer, actor=request.user):
        raise _refusal(request)
    return answer


def visible_photo(request: HttpRequest, pk: str) -> Review:
    """A review whose photo the visitor may see: published ones anybody's, others their author and
    staff only. Raises Http404 otherwise, and when it has no photo; ReviewsUnavailable as above."""
    with or_unavailable(unavailable()):
        review = Review.objects.filter(pk=pk).exclude(file_path=None).exclude(file_path="").first()
    if review is None:
        raise Http404
    is_public = review.status == Review.Status.PUBLISHED and not review.is_suspended
    if is_public or _is_authors_or_staffs(request, review):
        return review
    raise Http404


def unavailable() -> ReviewsUnavailable:
    return ReviewsUnavailable("Reviews cannot be shown right now. Please try again in a few minutes.")


def _refusal(request: HttpRequest) -> Exception:
    """Others learn nothing of it, staff that they may not."""
    return PermissionDenied() if getattr(request.user, "is_staff", False) else Http404()


def _is_authors_or_staffs(request: HttpRequest, review: Review) -> bool:
    user = request.user
    if not user.is_authenticated:
        return False
    return str(user.customer_id) == review.customer_id or (
        user.is_staff and user.has_perm("reviews.view_review")
    )
