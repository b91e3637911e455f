"""The survey of an order, for whoever holds its link."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from ecommerce.lib import documents_store
from ecommerce.lib.errors import BadInput
from reviews.models.survey import CHANGE_FOR
from reviews.services import surveys
from reviews.services.survey_links import order_of, survey_path
from reviews.services.surveys import SurveyClosed
from reviews.survey_forms import SurveyForm, given

NOT_NOW = "Answers cannot be kept right now. Yours are still here: please send them again in a few minutes."


@require_http_methods(["GET", "HEAD", "POST"])
def survey(request: HttpRequest, number: str, key: str) -> HttpResponse:
    """Answer, or change what was answered; afterwards the same page says thank you."""
    order = order_of(number, key)
    context = {"order": order, "survey_path": survey_path(order)}
    try:
        found = surveys.survey_of(order)
        form = SurveyForm(request.POST or None, initial=given(found), collected=order.is_collect)
        context |= {"survey": found, "form": form}
        if not surveys.may_be_asked(order) or not found.can_be_answered(timezone.now()):
            status = SurveyClosed.http_status if request.method == "POST" else 200
            return render(request, "reviews/survey_closed.html", context, status=status)
        if request.method == "POST" and form.is_valid():
            surveys.answer_survey(order=order, **form.cleaned_data)
            return redirect("reviews:survey_thanks", number=order.number, key=key)
    except BadInput as error:
        form.add_error(error.field or None, error.message)
    except SurveyClosed as error:  # between the question above and the answer
        return render(request, "reviews/survey_closed.html", context, status=error.http_status)
    except documents_store.ERRORS as error:
        documents_store.tell(error, f"the survey of order {order.number}")
        if request.method == "POST":
            form = SurveyForm(request.POST, collected=order.is_collect)
            form.add_error(None, NOT_NOW)
            return render(request, "reviews/survey.html", context | {"form": form}, status=503)
        return render(request, "reviews/survey_away.html", context, status=503)
    status = 400 if request.method == "POST" else 200
    return render(request, "reviews/survey.html", context, status=status)


@require_http_methods(["GET", "HEAD"])
def thanks(request: HttpRequest, number: str, key: str) -> HttpResponse:
    """What becomes of it, and how to change it; reloading it sends nothing again."""
    order = order_of(number, key)
    context = {"order": order, "survey_path": survey_path(order), "days": CHANGE_FOR.days}
    return render(request, "reviews/survey_thanks.html", context)


@require_POST
def stop(request: HttpRequest, number: str, key: str) -> HttpResponse:
    """Send no other email of this kind to the address of the order."""
    order = order_of(number, key)
    surveys.stop_asking(order=order)
    messages.success(request, "We will not ask you again.")
    return redirect(survey_path(order))
