"""Staff's answers to questions."""

import pytest
from django.urls import reverse

from customers.tests.factories import StaffFactory, UserFactory
from ecommerce.lib.errors import BadInput, DomainError
from support.models import Ticket
from support.services.tickets import answer_ticket, close_ticket, reopen_ticket
from support.tests.factories import TicketFactory

pytestmark = pytest.mark.django_db
LIST = "admin:support_ticket_changelist"


@pytest.fixture
def staff(client):
    user = StaffFactory()
    client.force_login(user)
    return user


def test_an_answer_in_the_admin_goes_out_by_email_once(client, staff, commit, mailoutbox):
    ticket = TicketFactory(subject="Delivery", order_number="7K2M9QXA", message="Where is <it>?")
    url = reverse("admin:support_ticket_change", args=[ticket.pk])
    for _ in range(2):
        with commit():
            page = client.post(url, {"answer": "At the <neighbour>.", "comments": ""}, follow=True)
    assert "on its way to" in page.content.decode() or page.status_code == 200
    ticket.refresh_from_db()
    assert (ticket.status, ticket.answer, ticket.modified_by) == ("answered", "At the <neighbour>.", staff)
    (mail,) = mailoutbox
    assert mail.subject == "Our answer: Delivery (order 7K2M9QXA)"
    assert "At the <neighbour>." in mail.body
    assert "At the &lt;neighbour&gt;." in mail.alternatives[0][0]
    assert "Where is &lt;it&gt;?" in mail.alternatives[0][0]


def test_answers_that_cannot_be_sent(staff, mailoutbox):
    ticket = TicketFactory()
    with pytest.raises(BadInput):
        answer_ticket(ticket=ticket, text="  ", actor=staff)
    with pytest.raises(BadInput, match="4001"):
        answer_ticket(ticket=ticket, text="x" * 4001, actor=staff)
    close_ticket(ticket=ticket, actor=staff)
    with pytest.raises(DomainError, match="closed"):
        answer_ticket(ticket=ticket, text="Too late", actor=staff)
    reopen_ticket(ticket=ticket, actor=staff)
    assert answer_ticket(ticket=ticket, text="In time", actor=staff).status == "answered"


def test_comments_alone_send_nothing(client, staff, commit, mailoutbox):
    ticket = TicketFactory()
    url = reverse("admin:support_ticket_change", args=[ticket.pk])
    with commit():
        client.post(
            url, {"answer": "", "comments": "Ask the carrier", "message": "changed", "status": "closed"}
        )
    ticket.refresh_from_db()
    assert (ticket.comments, ticket.status, ticket.message) == (
        "Ask the carrier",
        "open",
        "Where is my parcel?",
    )
    assert not mailoutbox


def test_actions_close_and_open(client, staff):
    tickets = TicketFactory.create_batch(2)
    for action, status in (("close", "closed"), ("close", "closed"), ("reopen", "open")):
        data = {"action": action, "_selected_action": [ticket.pk for ticket in tickets]}
        assert client.post(reverse(LIST), data).status_code == 302
        assert set(Ticket.objects.values_list("status", flat=True)) == {status}


@pytest.mark.parametrize("count", [2, 25])
def test_the_list_costs_the_same(client, staff, count, django_assert_max_num_queries):
    for _ in range(count):
        TicketFactory(customer=UserFactory())
    with django_assert_max_num_queries(16):
        assert client.get(reverse(LIST)).status_code == 200


def test_customers_see_none_of_it(client):
    client.force_login(UserFactory())
    ticket = TicketFactory()
    assert client.get(reverse("admin:support_ticket_change", args=[ticket.pk])).status_code != 200
