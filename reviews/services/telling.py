"""The email that a question is answered: owed while `told_at` is empty, found again when it was lost."""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F, Q
from django.utils import timezone

from catalog.models import Product, StoreSettings
from customers.models import User
from ecommerce.lib.emails import send_email
from reviews.models import SHOP, Answer, Question

log = logging.getLogger(__name__)

# A claim this old belonged to a process that died before it could send.
_CLAIM = timedelta(minutes=5)
# A mail server may be down over a weekend; after that the answer is old news.
_GIVE_UP = timedelta(days=3)
_PER_RUN = 200


def tell_asker(pk: str, *, now: datetime | None = None) -> bool:
    """Send the asker the shop's answer, once; returns whether this call did.

    The claim is a guarded update, so of several workers one sends. Who has no account any more, or
    none with an email address, is not written to.
    """
    now = now or timezone.now()
    mine = Question.objects.filter(_free(now), pk=pk, told_at=None).exclude(answered_at=None)
    if not mine.update(claimed_at=now, attempts=F("attempts") + 1):
        return False
    row = Question.objects.filter(pk=pk)
    question, answer = row.get(), Answer.objects.filter(question_id=pk, author_id=SHOP).first()
    asker = User.objects.filter(customer_id=question.customer_id, is_active=True).first()
    sent = bool(answer and asker and asker.email and question.is_public)
    if answer is not None and asker is not None and sent:
        try:
            _send(question, answer, asker)
        except Exception:
            log.exception("the answer to question %s was not sent", pk)
            row.update(claimed_at=None)
            return False
    row.update(told_at=timezone.now())
    return sent


def tell_owed(*, now: datetime) -> int:
    """Send what is still owed and not being sent by somebody; returns how many went out."""
    owed = Question.objects.filter(_free(now), told_at=None, answered_at__gt=now - _GIVE_UP)
    # The least tried first: an address that always fails keeps nobody waiting.
    owed = owed.order_by("attempts", "answered_at")
    return sum(tell_asker(pk, now=now) for pk in list(owed.values_list("pk", flat=True)[:_PER_RUN]))


def _free(now: datetime) -> Q:
    return Q(claimed_at=None) | Q(claimed_at__lt=now - _CLAIM)


def _send(question: Question, answer: Answer, asker: User) -> None:
    shop = StoreSettings.current()
    product = Product.objects.for_listing().filter(pk=question.product_id).first()
    context = {
        "question": question,
        "answer": answer,
        "name": asker.get_full_name(),
        "product_url": f"{settings.SITE_URL}{product.get_absolute_url()}#questions" if product else "",
        "shop_name": shop.name,
        "contact_phone": shop.contact_phone,
    }
    send_email(template="question_answered", to=asker.email or "", context=context)
