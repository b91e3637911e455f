"""Reverse charge in the calculation: golden numbers worked by hand."""

from dataclasses import replace
from decimal import Decimal as D

import pytest

from orders.discounts import Rule
from orders.pricing import Quote
from orders.tax import Taxes
from orders.tests.test_pricing import GERMANY, item, percent, priced

FRANCE = Taxes(
    rates={"standard": D(20), "reduced": D("5.5")},
    home_rates={"standard": D(19), "reduced": D(7)},
    reverse_charge=True,
    vat_number="FR40303265045",
    place="France",
)


def test_prices_lose_the_shops_own_tax_once_for_each_piece():
    result = priced(
        item(price="20.00", quantity=2), item(2, price="10.70", tax_class="reduced"), taxes=FRANCE
    )
    # 20.00 - 20.00 * 19/119 (3.193…: 3.19) = 16.81; 10.70 - 0.70 = 10.00; 3.90 - 0.62 = 3.28
    assert [line.unit_price for line in result.lines] == [D("16.81"), D("10.00")]
    assert (result.subtotal, result.shipping, result.tax_total) == (D("43.62"), D("3.28"), D(0))
    assert result.total == D("46.90")
    assert not result.prices_include_tax and result.reverse_charge
    assert [(share.rate, share.net, share.tax) for share in result.taxes] == [(D(0), D("46.90"), D(0))]


def test_prices_without_tax_stay_as_they_are():
    net = Taxes(rates=FRANCE.rates, included=False, home_rates=FRANCE.home_rates, reverse_charge=True)
    result = priced(item(price="20.00", quantity=2), taxes=net)
    assert (result.subtotal, result.shipping, result.total) == (D("40.00"), D("3.90"), D("43.90"))


@pytest.mark.parametrize(
    ("included", "reverse", "tax", "total"),
    [
        (True, False, "7.32", "43.90"),
        (False, False, "8.78", "52.68"),
        (True, True, "0", "36.90"),
        (False, True, "0", "43.90"),
    ],
)
def test_the_table_of_the_documentation(included, reverse, tax, total):
    taxes = replace(FRANCE, included=included, reverse_charge=reverse)
    result = priced(item(price="20.00", quantity=2), taxes=taxes)
    assert (result.tax_total, result.total) == (D(tax), D(total))


def test_discounts_and_limits_count_in_the_prices_without_tax():
    # 71.00 gross is free of delivery (from 60); 71.00 - 11.34 = 59.66 net is not.
    assert priced(item(price="71.00"), taxes=GERMANY).shipping == 0
    assert priced(item(price="71.00"), taxes=FRANCE).shipping == D("3.28")
    five = Rule(id=1, name="Five", kind="amount", amount=D(5), minimum_spend=D(60))
    assert priced(item(price="71.00"), rules=[five], taxes=GERMANY).discount_total == 5
    assert priced(item(price="71.00"), rules=[five], taxes=FRANCE).discount_total == 0
    assert priced(item(price="72.00"), rules=[five], taxes=FRANCE).discount_total == 5
    assert priced(item(price="20.00"), rules=[percent(10)], taxes=FRANCE).discount_total == D("1.68")


@pytest.mark.parametrize(
    ("currency", "price", "net"),
    [("EUR", "64.00", "53.78"), ("JPY", "6400", "5378"), ("KWD", "64.000", "53.782")],
)
def test_the_smallest_unit_is_the_currencys(currency, price, net):
    assert priced(item(price=price), taxes=FRANCE, delivery=None, currency=currency).total == D(net)


def test_the_trace_says_what_was_taken_out_and_who_owes_it():
    result = priced(item(price="20.00", quantity=2), taxes=FRANCE)
    texts = [step.text for step in result.trace]
    assert "Thing 1: 20.00 without the shop's own 19 % tax is 16.81" in texts
    assert "Standard: 3.90 without the shop's own 19 % tax is 3.28" in texts
    assert texts[-1] == "Reverse charge: no VAT, the buyer owes it in France (FR40303265045)"
    assert sum(step.amount for step in result.trace) == result.total


def test_quotes_stored_before_there_was_reverse_charge_read_back():
    stored = priced(item()).to_json()
    del stored["reverse_charge"], stored["vat_number"]
    assert Quote.from_json(stored) == priced(item())
