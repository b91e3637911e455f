"""The numbers of the home page, against orders made by hand."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from time_machine import travel

from catalog.tests.factories import ProductFactory
from dashboard import queries
from dashboard.tests.conftest import sign_in, staff_with
from dashboard.tests.factories import row_line, row_order, row_payment
from documents.tests.factories import InvoiceFactory, ShipmentFactory
from orders.models import Invoice, Shipment
from reviews.models import Review
from support.models import Ticket
from tests.documents_down import documents_down

pytestmark = pytest.mark.django_db(databases=["default", "documents"])
HOME = "/admin/"


def at(text):
    """A moment of the shop's clock."""
    return datetime.fromisoformat(text).replace(tzinfo=timezone.get_current_timezone())


@pytest.fixture
def now():
    with travel(at("2026-11-20 15:00"), tick=False):
        yield timezone.now()


def review(number, **fields):
    values = {
        "product_id": number,
        "customer_id": str(number),
        "customer_email": "ada@example.com",
        "product_title": "Morning mug",
        "review": "Just the mug I wanted.",
        "rating": 5,
    }
    return Review.objects.create(**values | fields)


def test_sales_count_what_was_placed_and_not_cancelled_less_refunds(now):
    row_order(total="100.00", placed_at=at("2026-11-20 00:00"), status="processing")
    row_order(total="60.00", placed_at=at("2026-11-20 09:00"), status="pending")
    row_order(total="999.00", placed_at=at("2026-11-20 10:00"), status="cancelled")
    partly = row_order(total="50.00", placed_at=at("2026-11-19 23:59"), status="delivered")
    row_payment(partly, refunded="12.50")
    gone = row_order(total="30.00", placed_at=at("2026-11-13 12:00"), status="refunded")
    row_payment(gone, refunded="30.00")
    row_order(total="70.00", placed_at=at("2026-10-22 00:00"), status="delivered")
    row_order(total="5000.00", placed_at=at("2026-10-21 23:59"), status="delivered")

    days = queries.sales_by_day(first=(now - timedelta(days=29)).date(), last=now.date())

    assert len(days) == 30
    assert (days[-1].orders, days[-1].revenue) == (2, Decimal("160.00"))
    assert (days[-2].orders, days[-2].gross, days[-2].refunded) == (1, Decimal("50.00"), Decimal("12.50"))
    week, before, month = (queries.add_up(part) for part in (days[-7:], days[-14:-7], days))
    assert (week.orders, week.revenue, week.average) == (3, Decimal("197.50"), Decimal("65.83"))
    assert (before.orders, before.revenue, before.average) == (1, Decimal("0.00"), Decimal("0.00"))
    assert (month.orders, month.revenue) == (5, Decimal("267.50"))


def test_a_cancelled_orders_refund_is_not_taken_off_twice(now):
    back = row_order(total="40.00", status="cancelled")
    row_payment(back, refunded="40.00")
    [today] = queries.sales_by_day(first=now.date(), last=now.date())
    assert (today.orders, today.revenue) == (0, Decimal(0))


def test_days_are_the_shops_also_when_the_clocks_change():
    """The night of 25 October 2026 has 25 hours in Berlin; UTC days would move orders over."""
    row_order(total="1.00", placed_at=at("2026-10-24 23:30"))
    row_order(total="2.00", placed_at=at("2026-10-25 00:30"))
    row_order(total="4.00", placed_at=at("2026-10-25 23:30"))
    row_order(total="8.00", placed_at=at("2026-10-26 00:30"))
    days = queries.sales_by_day(first=at("2026-10-24 12:00").date(), last=at("2026-10-26 12:00").date())
    assert [day.revenue for day in days] == [Decimal(1), Decimal(6), Decimal(8)]


def test_best_products_by_units_and_by_revenue(now):
    cheap, dear, never = (ProductFactory(name=name).variants.get() for name in ("Cheap", "Dear", "Never"))
    order = row_order(status="delivered")
    row_line(order, cheap, quantity=5, total="10.00")
    row_line(order, dear, quantity=1, total="90.00")
    row_line(row_order(status="cancelled"), never, quantity=50, total="900.00")
    period = {"first": now.date(), "last": now.date()}
    assert [row["name"] for row in queries.best_products(**period, by="units")] == ["Cheap", "Dear"]
    best = queries.best_products(**period, by="revenue")
    assert [(row["name"], row["units"], row["revenue"]) for row in best] == [
        ("Dear", 1, Decimal(90)),
        ("Cheap", 5, Decimal(10)),
    ]


def test_low_stock_is_published_things_at_or_below_the_warning_level(now):
    ProductFactory(name="Enough", stock=6)
    ProductFactory(name="Few", stock=5)
    ProductFactory(name="Hidden", stock=1, status="draft")
    low = queries.low_stock()
    assert (low.count, [item.product.name for item in low.items]) == (1, ["Few"])


def test_the_page_shows_the_work_waiting(now, staff):
    hour = timedelta(hours=1)
    row_order(placed_at=now - 2 * hour, expires_at=now + hour)
    row_order(placed_at=now - hour / 2, expires_at=now + hour)
    row_order(placed_at=now - 2 * hour, payment_method="cash_on_delivery")
    row_order(status="processing", payment_status="paid", promised_from=now.date())
    row_order(status="shipped", payment_status="paid", fulfilment_status="fulfilled")
    Ticket.objects.create(name="Ada", email="ada@example.com", subject="Where is it?", message="Hello?")
    review(1, status="held")
    tasks = {task["label"]: task["count"] for task in staff.get(HOME).context["tasks"]}
    assert tasks == {
        "Unpaid for over an hour": 1,
        "To ship": 2,
        "Picking": 0,
        "Late": 1,
        "Returns to approve": 0,
        "Returns to receive": 0,
        "Returns to refund": 0,
        "To reconcile": 2,
        "Low on stock": 0,
        "Reviews to approve": 1,
        "Product questions to answer": 0,
        "Answers to approve": 0,
        "Open questions": 1,
    }


def test_feedback_shows_the_latest_and_how_many_stars(now, staff):
    for number, rating in enumerate((5, 5, 4, 1)):
        review(number, rating=rating)
    review(10, rating=1, status="held")
    review(11, rating=3, review_date=now - timedelta(days=40))
    context = staff.get(HOME).context
    assert context["feedback"].ratings == {5: 2, 4: 1, 3: 0, 2: 0, 1: 1}
    assert len(context["feedback"].latest) == 5


@pytest.mark.parametrize(("asked", "days"), [("7", 7), ("30", 30), ("90", 90), ("8", 30), ("x", 30)])
def test_the_period_is_one_of_three(staff, asked, days):
    context = staff.get(HOME, {"days": asked}).context
    assert len(context["revenue_chart"].bars) == days


def test_charts_have_words_and_a_table(now, staff):
    row_order(total="64.00")
    page = staff.get(HOME).content.decode()
    assert '<title id="revenue-title">Revenue by day</title>' in page
    assert "Revenue by day as a table" in page
    assert "20 Nov: €64.00" in page


def test_without_the_document_store_only_feedback_is_missing(now, staff):
    row_order(total="64.00")
    with documents_down():
        response = staff.get(HOME)
    page = response.content.decode()
    assert response.status_code == 200
    assert "Reviews cannot be read right now" in page
    assert "€64.00" in page
    assert "Reviews to approve" not in page


def test_people_see_only_the_numbers_of_their_work(now):
    row_order(total="64.00")
    page = sign_in(staff_with("reviews.view_review")).get(HOME).content.decode()
    assert "Latest feedback" in page
    assert "€64.00" not in page
    assert "Low on stock" not in page


@pytest.mark.parametrize("days", [7, 90])
def test_the_page_needs_the_same_queries_for_any_number_of_rows(now, staff, days):
    def count():
        with (
            CaptureQueriesContext(connections["default"]) as shop,
            CaptureQueriesContext(connections["documents"]) as documents,
        ):
            assert staff.get(HOME, {"days": days}).status_code == 200
        return len(shop) + len(documents)

    def fill(number):
        for index in range(number):
            variant = ProductFactory(stock=2).variants.get()
            order = row_order(placed_at=now - timedelta(days=index % 60), status="delivered")
            row_line(order, variant, quantity=1, total="20.00")
            row_payment(order, refunded="1.00")
            review(1000 * number + index)

    staff.get(HOME)  # fills the cache of the shop's settings
    fill(3)
    few = count()
    fill(12)
    assert count() == few
    assert few <= 27


def test_the_filtered_lists_that_tasks_link_to_open(now, staff):
    for task in staff.get(HOME).context["tasks"]:
        if task["url"]:
            response = staff.get(task["url"])
            assert response.status_code == 200, task["url"]


def test_papers_that_should_be_there_and_are_not_are_counted_for_who_may_see_papers(now, staff):
    for age, stored in ((timedelta(hours=1), None), (timedelta(minutes=1), None), (timedelta(hours=1), now)):
        InvoiceFactory(issued_at=now - age, file_stored_at=stored)
    ShipmentFactory(shipped_at=now - timedelta(hours=1), label_stored_at=None)
    assert queries.late_papers(now=now) == 2
    assert "Papers not made yet" in [task["label"] for task in staff.get(HOME).context["tasks"]]
    Invoice.objects.update(file_stored_at=now)
    Shipment.objects.update(label_stored_at=now)
    assert "Papers not made yet" not in [task["label"] for task in staff.get(HOME).context["tasks"]]
