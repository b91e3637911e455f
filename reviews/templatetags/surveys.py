"""`{% load surveys %}`: the way from an order to its survey."""

from django import template
from django.utils import timezone

from orders.models import Order
from reviews.models.survey import ANSWER_FOR
from reviews.services.survey_links import survey_path
from reviews.services.surveys import may_be_asked

register = template.Library()


@register.simple_tag
def survey_link(order: Order) -> str:
    """The address of the survey while its first answer is welcome, else "". Asks no database."""
    delivered = order.delivered_at
    is_open = delivered is not None and timezone.now() < delivered + ANSWER_FOR
    return survey_path(order) if is_open and may_be_asked(order) else ""
