"""The demo bank's own page: approve, decline, or approve and never come back."""

import json
import uuid

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from payments.gateways import get
from payments.gateways.demo.gateway import SIGNATURE_HEADER, decide, sign
from payments.models import DemoTransaction
from payments.services.events import handle_event


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def demo_bank(request: HttpRequest, reference: str) -> HttpResponse:
    """404 outside demo mode. The bank tells the shop by an event, then sends the shopper back;
    with "gone" neither happens, and the sweep has to find out."""
    if not settings.DEMO_MODE:
        raise Http404
    transaction = get_object_or_404(DemoTransaction, reference=reference)
    choice = request.POST.get("choice", "")
    if request.method != "POST" or choice not in ("approve", "decline", "gone"):
        status = 200 if request.method != "POST" else 400
        return render(request, "payments/demo_bank.html", {"transaction": transaction}, status=status)
    transaction = decide(reference=reference, approve=choice != "decline")
    if choice == "gone":
        return render(request, "payments/demo_bank_gone.html", {"transaction": transaction})
    kind = f"payment.{transaction.decision}"
    body = json.dumps({"id": f"evt_{uuid.uuid4().hex}", "kind": kind, "reference": reference}).encode()
    event = get("demo").parse_event(headers={SIGNATURE_HEADER: sign(body)}, body=body)
    handle_event(gateway="demo", event=event)
    return redirect("payments:return", reference)
