"""The XML of invoices: right by the standard's own rules, and equal to the paper to the cent."""

from datetime import UTC, date, datetime
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from documents.e_invoice import agrees, invoice_xml
from documents.tests.factories import ADDRESS, ShipmentFactory
from documents.tests.factories import snapshot as old_snapshot
from documents.tests.quoted import PARIS, RATES, REVERSE, goods, order_of, quoted, snapshot_for, snapshot_of
from documents.tests.standard import violations
from orders.invoice_figures import Share, delivery_share, net_discount
from orders.models import Order, TaxRegion
from orders.pricing import Delivery
from orders.tax import Taxes
from orders.tests.test_pricing import ADDED, deliveries, items, percent, rules

pytestmark = pytest.mark.django_db
ZURICH = {**ADDRESS, "postal_code": "8001", "city": "Zürich", "country": "CH"}
TENERIFE = {**ADDRESS, "postal_code": "38001", "city": "Santa Cruz", "country": "ES"}
UNTAXED = Taxes(rates={}, included=True)
YEN = Delivery(code="standard", name="Standard", price=D(500))


def found(xml: bytes, path: str) -> list[str]:
    """The texts at a path like "GrandTotalAmount" or "InvoiceReferencedDocument/IssuerAssignedID"."""
    steps = "/".join(f"*[local-name()='{step}']" for step in path.split("/"))
    return [node.text for node in etree.fromstring(xml).xpath(f"//{steps}")]


def fixed(amount):
    return percent(0, kind="amount", amount=D(amount))


CASES = {
    "one rate": lambda: snapshot_of(quoted(goods(quantity=3))),
    "three rates, a percentage off": lambda: snapshot_of(
        quoted(
            goods("19.99", quantity=3),
            goods("10.70", key=2, tax_class="reduced"),
            goods("5.00", key=3, tax_class="zero", quantity=2),
            rules=[percent("12.5")],
        )
    ),
    "an amount off, delivery free": lambda: snapshot_of(
        quoted(goods("64.00"), goods("10.01", key=2, tax_class="reduced", quantity=7), rules=[fixed("10.00")])
    ),
    "delivery free by a discount": lambda: snapshot_of(
        quoted(goods(), rules=[percent(0, kind="free_shipping", name="Free delivery")])
    ),
    "delivery at another rate than the goods": lambda: snapshot_of(
        quoted(goods("10.70", tax_class="reduced"))
    ),
    "nothing to pay": lambda: snapshot_of(quoted(goods(), rules=[percent(100)], delivery=None)),
    "net prices": lambda: snapshot_of(
        quoted(
            goods("19.99", quantity=3),
            goods("7.77", key=2, tax_class="reduced"),
            rules=[percent(15)],
            taxes=ADDED,
        )
    ),
    "reverse charge": lambda: snapshot_of(
        quoted(goods("64.00", quantity=2), taxes=REVERSE, rules=[percent(10)]), shipping_address=PARIS
    ),
    "export without tax": lambda: snapshot_of(quoted(goods("64.00"), taxes=UNTAXED), shipping_address=ZURICH),
    "thirty lines": lambda: snapshot_of(
        quoted(*(goods("0.99", key=key, quantity=key) for key in range(1, 31)), rules=[percent(3)])
    ),
    "yen": lambda: snapshot_of(
        quoted(goods("1980", quantity=3), rules=[percent(7)], delivery=YEN, currency="JPY"), currency="JPY"
    ),
    "unpaid": lambda: snapshot_of(quoted(), amount_paid=D(0), payment_method="bank_transfer"),
    "partly paid": lambda: snapshot_of(quoted(), amount_paid=D("5.00"), payment_method="paypal"),
    "paid at the door": lambda: snapshot_of(quoted(), amount_paid=D(0), payment_method="cash_on_delivery"),
    "corrected": lambda: {
        **snapshot_of(quoted()),
        "corrects": "2026-00100",
        "corrects_issued_on": "2026-11-01",
    },
}


@pytest.mark.parametrize("case", CASES)
def test_keeps_every_rule_of_the_standard_and_agrees_with_the_paper(case):
    snapshot = CASES[case]()
    xml = invoice_xml(snapshot)
    assert violations(xml) == []
    assert found(xml, "GrandTotalAmount") == [snapshot["total"]]
    assert found(xml, "ApplicableHeaderTradeSettlement/ApplicableTradeTax/BasisAmount") == [
        row["net"] for row in snapshot["taxes"]
    ]
    due, paid = found(xml, "DuePayableAmount"), found(xml, "TotalPrepaidAmount") or ["0"]
    assert D(due[0]) + D(paid[0]) == D(snapshot["total"])
    assert not found(xml, "RoundingAmount")


def test_a_rule_that_is_broken_is_found():
    snapshot = snapshot_of(quoted())
    xml = invoice_xml(snapshot).replace(b"<ram:GrandTotalAmount>23.90<", b"<ram:GrandTotalAmount>24.90<")
    assert any("BR-CO-15" in rule for rule in violations(xml))
    assert violations(b"<a/>") != []


def test_amounts_are_net_and_discounts_stand_at_their_lines():
    xml = invoice_xml(snapshot_of(quoted(goods("11.90", quantity=2), rules=[percent(50)])))
    # 23.80 less 11.90 with tax: 20.00 less 10.00 without; delivery 3.90 is 3.28
    assert found(xml, "SpecifiedTradeSettlementLineMonetarySummation/LineTotalAmount") == ["10.00"]
    assert found(xml, "NetPriceProductTradePrice/ChargeAmount") == ["10"]
    assert found(xml, "SpecifiedTradeAllowanceCharge/ActualAmount") == ["10.00", "3.28"]
    assert found(xml, "SpecifiedTradeAllowanceCharge/Reason") == ["Welcome", "Delivery: Standard"]


def test_a_price_that_does_not_multiply_is_given_for_all_pieces():
    xml = invoice_xml(snapshot_of(quoted(goods("20.00", quantity=3))))
    assert found(xml, "NetPriceProductTradePrice/ChargeAmount") == ["50.42"]
    assert found(xml, "NetPriceProductTradePrice/BasisQuantity") == ["3"]


@pytest.mark.parametrize(
    ("method", "code"),
    [("bank_transfer", "58"), ("cash_on_delivery", "10"), ("stripe", "48"), ("paypal", "68"), ("", "ZZZ")],
)
def test_says_how_it_is_paid(method, code):
    xml = invoice_xml(snapshot_of(quoted(), amount_paid=D(0), payment_method=method))
    assert found(xml, "SpecifiedTradeSettlementPaymentMeans/TypeCode") == [code]
    assert found(xml, "IBANID") == (["DE02120300000000202051"] if code == "58" else [])
    assert found(xml, "DueDateDateTime/DateTimeString") == ["20261206"]
    assert found(xml, "DuePayableAmount") == ["23.90"]


def test_a_correction_names_the_invoice_it_corrects():
    xml = invoice_xml(CASES["corrected"]())
    assert found(xml, "ExchangedDocument/TypeCode") == ["384"]
    assert found(xml, "InvoiceReferencedDocument/IssuerAssignedID") == ["2026-00100"]
    assert found(invoice_xml(snapshot_of(quoted())), "ExchangedDocument/TypeCode") == ["380"]


def category_for(taxes=UNTAXED, **changes):
    xml = invoice_xml(snapshot_of(quoted(taxes=taxes), **changes))
    assert violations(xml) == []
    return found(xml, "CategoryCode")[0], (found(xml, "ExemptionReasonCode") or [""])[0]


def test_why_no_vat_is_charged_is_said_by_code():
    TaxRegion.objects.create(
        code="ES-CN", country="ES", name="Canary Islands", postal_codes="35*, 38*", outside_eu_vat=True
    )
    madrid = {**TENERIFE, "postal_code": "28001", "city": "Madrid"}
    assert category_for(REVERSE, shipping_address=PARIS) == ("K", "VATEX-EU-IC")
    assert category_for(shipping_address=ZURICH) == ("G", "VATEX-EU-G")
    assert category_for(shipping_address=TENERIFE) == ("G", "VATEX-EU-G")
    assert category_for(shipping_address=madrid) == ("Z", "")
    assert category_for(Taxes(rates=RATES), shipping_address=ZURICH) == ("S", "")


def test_the_goods_came_when_all_of_them_were_sent():
    order = order_of(quoted(), promised_until=date(2099, 11, 25))
    xml = invoice_xml(snapshot_for(order))
    assert found(xml, "EndDateTime/DateTimeString") == ["20991125"]
    assert not found(xml, "OccurrenceDateTime/DateTimeString")
    ShipmentFactory(order=order, shipped_at=datetime(2026, 11, 23, 9, tzinfo=UTC))
    order.fulfilment_status = Order.FulfilmentStatus.FULFILLED
    xml = invoice_xml(snapshot_for(order))
    assert found(xml, "OccurrenceDateTime/DateTimeString") == ["20261123"]
    assert not found(xml, "EndDateTime/DateTimeString")


def test_a_company_is_the_buyer_and_its_person_the_contact():
    address = {**ADDRESS, "company": "Engine & Söhne <GmbH>", "line2": "3. OG", "region": "Berlin"}
    xml = invoice_xml(snapshot_of(quoted(), shipping_address=address))
    assert violations(xml) == []
    assert found(xml, "BuyerTradeParty/Name") == ["Engine & Söhne <GmbH>"]
    assert found(xml, "BuyerTradeParty/DefinedTradeContact/PersonName") == ["Ada Lovelace"]


def test_letters_that_xml_does_not_know_are_left_out():
    order = order_of(quoted())
    order.lines.update(name="Mug\x0b\x00 blue \x1f")
    xml = invoice_xml(snapshot_for(order))
    assert found(xml, "SpecifiedTradeProduct/Name") == ["Mug blue "]


def test_there_is_no_xml_where_it_would_be_wrong():
    snapshot = snapshot_of(quoted())
    assert invoice_xml(snapshot)
    assert invoice_xml(old_snapshot()) == b""  # from before snapshots had what it needs
    assert invoice_xml({**snapshot, "seller": {**snapshot["seller"], "vat_number": ""}}) == b""
    assert invoice_xml({**snapshot, "total": "23.91"}) == b""
    assert invoice_xml({**snapshot, "delivery": {**snapshot["delivery"], "net": "3.29"}}) == b""
    assert invoice_xml(snapshot_of(quoted(currency="KWD"), currency="KWD")) == b""  # three decimals
    order = order_of(quoted())
    order.quote = {}
    assert invoice_xml(snapshot_for(order)) == b""


@given(
    items=items,
    rules=rules,
    delivery=deliveries,
    kind=st.sampled_from(["included", "added", "reverse"]),
    currency=st.sampled_from(["EUR", "JPY"]),
)
def test_net_lines_and_delivery_are_the_tax_table_for_any_order(items, rules, delivery, kind, currency):
    taxes = REVERSE if kind == "reverse" else Taxes(rates=RATES, included=kind == "included")
    result = quoted(*items, rules=rules, delivery=delivery, taxes=taxes, currency=currency)
    lines = [Share(rate=line.tax_rate, net=line.total - line.tax, tax=line.tax) for line in result.lines]
    table = [Share(rate=row.rate, net=row.net, tax=row.tax) for row in result.taxes]
    share = delivery_share(lines, table) or Share(rate=D(19), net=D(0), tax=D(0))
    off = sum(row.shipping for row in result.discounts)
    assert (share.gross if result.prices_include_tax else share.net) == max(result.shipping - off, 0)
    parts = [{"tax_rate": row.rate, "net": row.net, "tax": row.tax} for row in [*lines, share]]
    rows = [{"rate": row.rate, "net": row.net, "tax": row.tax} for row in table]
    assert agrees({"lines": parts, "taxes": rows, "total": result.total})
    for line in result.lines:
        off = net_discount(
            subtotal=line.subtotal,
            discount=line.discount,
            rate=line.tax_rate,
            included=result.prices_include_tax,
            currency=currency,
        )
        assert 0 <= off <= line.discount


def test_a_table_that_lines_do_not_explain_is_refused():
    line = Share(rate=D(19), net=D(10), tax=D("1.90"))
    for table in (
        [Share(rate=D(19), net=D(9), tax=D("1.71"))],
        [line, line, Share(rate=D(7), net=D(1), tax=D(0))],
    ):
        with pytest.raises(ValueError, match="do not agree"):
            delivery_share([line], table)
