"""What credit notes take off an invoice: never more than it has, and the last takes exactly the rest."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecommerce.lib.money import ZERO, from_minor
from orders.crediting import DELIVERY, GOODS, REDUCTION, Part, credit, taxes_left
from orders.pricing import Delivery, Item, quote
from orders.refunding import line_share, tax_share
from orders.tax import Taxes, TaxShare

EUR = "EUR"


def share(rate, net, tax):
    return TaxShare(rate=Decimal(rate), net=Decimal(net), tax=Decimal(tax))


def goods(rate, worth, tax, key=1, pieces=1):
    return Part(
        kind=GOODS,
        name="Lamp",
        rate=Decimal(rate),
        worth=Decimal(worth),
        tax=Decimal(tax),
        key=key,
        pieces=pieces,
    )


INVOICE = [share(19, "100.00", "19.00"), share(7, "100.00", "7.00")]


def test_an_amount_is_shared_over_the_rates_in_proportion():
    found = credit(invoiced=INVOICE, amount=Decimal("22.60"), currency=EUR)
    assert found.taxes == (share(19, "10.00", "1.90"), share(7, "10.00", "0.70"))
    assert [part.kind for part in found.parts] == [REDUCTION, REDUCTION] and found.total == Decimal("22.60")


def test_pieces_take_the_tax_of_their_line():
    part = goods(7, "21.40", "1.40", pieces=2)
    found = credit(invoiced=INVOICE, amount=Decimal("21.40"), parts=[part], currency=EUR)
    assert found.parts == (part,) and found.taxes == (share(7, "20.00", "1.40"),)


def test_less_than_the_pieces_are_worth_is_a_part_of_their_price():
    parts = [goods(19, "11.90", "1.90", pieces=2), goods(7, "10.70", "0.70", key=2)]
    found = credit(invoiced=INVOICE, amount=Decimal("11.30"), parts=parts, currency=EUR)
    assert [part.name for part in found.parts] == [
        "2 × Lamp: part of the price",
        "1 × Lamp: part of the price",
    ]
    assert found.taxes == (share(19, "5.00", "0.95"), share(7, "5.00", "0.35"))


def test_what_a_rate_has_no_room_for_is_taken_from_the_others():
    before = [share(7, "90.00", "6.30")]
    part = goods(7, "21.40", "1.40")
    found = credit(invoiced=INVOICE, credited=before, amount=Decimal("21.40"), parts=[part], currency=EUR)
    assert found.total == Decimal("21.40")
    assert found.taxes[1] == share(7, "10.00", "0.70")


def test_nothing_is_left_of_a_rate_that_a_corrected_invoice_no_longer_has():
    found = credit(
        invoiced=[share(19, "10.00", "1.90")],
        credited=[share(7, "5.00", "0.35"), share(19, "20.00", "3.80")],
        amount=Decimal(1),
        currency=EUR,
    )
    assert (found.total, found.parts, found.taxes) == (0, (), ())


def test_reverse_charge_has_no_tax():
    found = credit(invoiced=[share(0, "50.00", "0")], amount=Decimal("12.34"), currency=EUR)
    assert (found.total, found.tax_total) == (Decimal("12.34"), 0)


@st.composite
def invoices(draw):
    """An order's calculation: gross or net prices, with or without reverse charge, in three currencies."""
    currency = draw(st.sampled_from(["EUR", "JPY", "KWD"]))
    rates = {"standard": Decimal(draw(st.sampled_from(["19", "25.5", "8.1"]))), "reduced": Decimal(7)}
    taxes = Taxes(
        rates=rates,
        home_rates=rates,
        included=draw(st.booleans()),
        reverse_charge=draw(st.booleans()),
    )
    items = [
        Item(
            key=key,
            product_id=key,
            category_ids=frozenset(),
            name=f"Thing {key}",
            unit_price=from_minor(draw(st.integers(1, 9999)), currency),
            quantity=draw(st.integers(1, 4)),
            tax_class=draw(st.sampled_from(["standard", "reduced", "zero"])),
        )
        for key in range(1, draw(st.integers(1, 4)) + 1)
    ]
    price = from_minor(draw(st.integers(0, 990)), currency)
    delivery = Delivery(code="d", name="Post", price=price)
    return quote(items=items, delivery=delivery, taxes=taxes, currency=currency)


def pieces_of(line, before, pieces, currency):
    of_line = {"quantity": line.quantity, "before": before, "pieces": pieces, "currency": currency}
    worth, tax = line_share(total=line.total, **of_line), tax_share(tax=line.tax, **of_line)
    return Part(
        kind=GOODS, name=line.name, rate=line.tax_rate, worth=worth, tax=tax, key=line.key, pieces=pieces
    )


def check_within(invoiced, credited, currency):
    """No rate is credited beyond what the invoice has at it, net or tax."""
    for row in invoiced:
        mine = [one for one in credited if one.rate == row.rate]
        assert sum((one.net for one in mine), ZERO) <= row.net
        assert sum((one.tax for one in mine), ZERO) <= row.tax
    assert all(one.net >= 0 and one.tax >= 0 for one in credited)


@given(invoices(), st.data())
def test_any_credit_notes_stay_within_the_invoice_and_the_last_takes_exactly_the_rest(bill, data):
    currency, credited, gone = bill.currency, [], {}
    for _ in range(data.draw(st.integers(0, 5))):
        line = data.draw(st.sampled_from(bill.lines))
        left = line.quantity - gone.get(line.key, 0)
        rest = bill.total - sum((one.net + one.tax for one in credited), ZERO)
        parts, amount = [], from_minor(data.draw(st.integers(1, 5000)), currency)
        if left and data.draw(st.booleans()):
            pieces = data.draw(st.integers(1, left))
            parts = [pieces_of(line, gone.get(line.key, 0), pieces, currency)]
            gone[line.key], amount = gone.get(line.key, 0) + pieces, parts[0].worth
        found = credit(invoiced=bill.taxes, credited=credited, amount=amount, parts=parts, currency=currency)
        assert found.total == min(amount, rest) == sum((part.worth for part in found.parts), ZERO)
        assert found.tax_total == sum((part.tax for part in found.parts), ZERO)
        credited += found.taxes
        check_within(bill.taxes, credited, currency)
    left = taxes_left(invoiced=bill.taxes, credited=credited, currency=currency)
    last = credit(invoiced=bill.taxes, credited=credited, amount=bill.total, currency=currency)
    assert sorted(last.taxes, key=lambda one: one.rate) == sorted(left, key=lambda one: one.rate)
    assert sum((one.tax for one in [*credited, *last.taxes]), ZERO) == bill.tax_total
    assert sum((one.net + one.tax for one in [*credited, *last.taxes]), ZERO) == bill.total


@given(invoices(), st.data())
def test_all_pieces_of_a_line_one_by_one_are_exactly_the_line(bill, data):
    line, credited = data.draw(st.sampled_from(bill.lines)), []
    for before in range(line.quantity):
        part = pieces_of(line, before, 1, bill.currency)
        credited += credit(
            invoiced=bill.taxes,
            credited=credited,
            amount=part.worth,
            parts=[part],
            currency=bill.currency,
        ).taxes
    assert sum((one.tax for one in credited), ZERO) == line.tax
    assert sum((one.net for one in credited), ZERO) == line.total - line.tax


@pytest.mark.parametrize("currency", ["EUR", "JPY", "KWD"])
def test_an_invoice_credited_in_the_smallest_steps_ends_exactly(currency):
    unit = from_minor(1, currency)
    invoiced = [TaxShare(rate=Decimal(19), net=13 * unit, tax=2 * unit)]
    credited = []
    for _ in range(15):
        credited += credit(invoiced=invoiced, credited=credited, amount=unit, currency=currency).taxes
    assert sum((one.tax for one in credited), ZERO) == 2 * unit
    over = credit(invoiced=invoiced, credited=credited, amount=unit, currency=currency)
    assert over.total == 0
    assert DELIVERY not in {part.kind for part in over.parts}
