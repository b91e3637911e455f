"""Asking about a product, answering others, and taking back either."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from catalog.models import Product
from customers.access import signed_in
from ecommerce.lib.documents_store import DocumentsUnavailable, or_unavailable
from ecommerce.lib.errors import BadInput
from ecommerce.lib.ratelimit import TooMany
from reviews.access import own_answer, own_question, public_question
from reviews.question_forms import AnswerForm, QuestionForm
from reviews.services import buyer_answers, questions
from reviews.services.buyer_answers import EnoughAnswers
from reviews.services.questions import AnsweredAlready
from reviews.services.reviews import NotBought

NOT_NOW = "Questions cannot be kept right now. Yours is still here: please send it again in a few minutes."


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask about a product; whoever does is told what happens next."""
    product = get_object_or_404(Product.objects.for_listing(), slug=slug)
    form, status = QuestionForm(request.POST or None), 200
    if request.method == "POST":
        status = 400
        try:
            if form.is_valid():
                text = form.cleaned_data["question"]
                with or_unavailable(DocumentsUnavailable(NOT_NOW)):
                    questions.ask_question(customer=signed_in(request), product=product, text=text)
                messages.success(request, "Thank you. We answer soon; then everybody can read it here.")
                return _back_to(product)
        except (BadInput, TooMany, DocumentsUnavailable) as error:
            status = _add(form, error)
    return render(request, "reviews/ask.html", {"product": product, "form": form}, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Answer another customer; who did not buy the product, or has answered already, reads why not."""
    question = public_question(str(pk))
    product = get_object_or_404(Product.objects.for_listing(), pk=question.product_id)
    context = {"product": product, "question": question, "form": AnswerForm(request.POST or None)}
    who_and_what = {"customer": signed_in(request), "question": question, "product": product}
    form, status = context["form"], 200
    try:
        buyer_answers.check_may_answer(**who_and_what)
        if request.method == "POST":
            status = 400
            if form.is_valid():
                buyer_answers.answer_as_buyer(**who_and_what, text=form.cleaned_data["answer"])
                messages.success(request, "Thank you. Your answer appears as soon as we have read it.")
                return _back_to(product)
    except (BadInput, TooMany) as error:
        status = _add(form, error)
    except (NotBought, AnsweredAlready, EnoughAnswers) as error:
        status = error.http_status if request.method == "POST" else 200
        return render(request, "reviews/no_answer.html", context | {"reason": error.message}, status=status)
    return render(request, "reviews/answer.html", context, status=status)


@login_required
@require_POST
def delete_question(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take back one's own question, with what was answered."""
    question = own_question(request, str(pk))
    questions.delete_question(question=question, actor=signed_in(request))
    messages.success(request, "The question is deleted.")
    return _back_to(Product.objects.for_listing().filter(pk=question.product_id).first())


@login_required
@require_POST
def delete_answer(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take back one's own answer."""
    found = own_answer(request, str(pk))
    buyer_answers.delete_answer(answer=found, actor=signed_in(request))
    messages.success(request, "The answer is deleted.")
    return _back_to(Product.objects.for_listing().filter(pk=found.product_id).first())


def _add(form: Form, error: BadInput | TooMany | DocumentsUnavailable) -> int:
    form.add_error(error.field or None, error.message)
    return error.http_status


def _back_to(product: Product | None) -> HttpResponse:
    return redirect(f"{product.get_absolute_url()}#questions" if product else "catalog:home")
