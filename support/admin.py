"""Questions of shoppers, for staff: read, answer, put away."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from unfold.admin import ModelAdmin
from unfold.decorators import display

from customers.access import signed_in
from ecommerce.lib.errors import DomainError
from support.models import Ticket
from support.services import tickets


@admin.register(Ticket)
class TicketAdmin(ModelAdmin):
    """Saving a new answer sends it to the shopper; nothing else can be changed here."""

    list_display = ["subject", "name", "email", "order_number", "shown_status", "created_at"]
    list_filter = ["status", "subject", "created_at"]
    list_select_related = ["customer"]
    search_fields = ["subject", "name", "email", "order_number", "message"]
    ordering = ["-created_at"]
    actions = ["close", "reopen"]
    fields = [
        "subject", "name", "email", "customer", "order_number", "created_at", "message",
        "status", "answer", "answered_at", "comments",
    ]  # fmt: skip
    readonly_fields = [
        "subject", "name", "email", "customer", "order_number", "created_at", "message",
        "status", "answered_at",
    ]  # fmt: skip

    @display(
        description="Status",
        ordering="status",
        label={"Open": "warning", "Answered": "success", "Closed": "info"},
    )
    def shown_status(self, ticket: Ticket) -> str:
        return ticket.get_status_display()

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Ticket, form: ModelForm, change: bool) -> None:
        if "comments" in form.changed_data:
            Ticket.objects.filter(pk=obj.pk).update(comments=obj.comments, modified_by=request.user)
        if "answer" not in form.changed_data:
            return
        try:
            tickets.answer_ticket(ticket=obj, text=obj.answer, actor=signed_in(request))
        except DomainError as error:
            self.message_user(request, f"Not sent: {error.message}", messages.ERROR)
        else:
            self.message_user(request, f"The answer is on its way to {obj.email}.")

    @admin.action(description="Close without an email", permissions=["change"])
    def close(self, request: HttpRequest, queryset: QuerySet[Ticket]) -> None:
        for ticket in queryset:
            tickets.close_ticket(ticket=ticket, actor=signed_in(request))
        self.message_user(request, "The tickets are closed.")

    @admin.action(description="Open again", permissions=["change"])
    def reopen(self, request: HttpRequest, queryset: QuerySet[Ticket]) -> None:
        for ticket in queryset:
            tickets.reopen_ticket(ticket=ticket, actor=signed_in(request))
        self.message_user(request, "The tickets are open again.")
