"""The calculation: golden numbers worked by hand, and what must hold for any input."""

from decimal import Decimal as D

from hypothesis import given
from hypothesis import strategies as st

from ecommerce.lib.money import smallest_unit
from orders.discounts import Rule, spread
from orders.pricing import Delivery, Item, Quote, quote
from orders.tax import Taxes

GERMANY = Taxes(rates={"standard": D(19), "reduced": D(7)}, included=True)
ADDED = Taxes(rates={"standard": D(19), "reduced": D(7)}, included=False)
STANDARD = Delivery(code="standard", name="Standard", price=D("3.90"), free_from=D(60))


def item(key=1, price="20.00", quantity=1, tax_class="standard", category=1):
    return Item(
        key=key,
        product_id=key,
        category_ids=frozenset({category}),
        name=f"Thing {key}",
        unit_price=D(price),
        quantity=quantity,
        tax_class=tax_class,
    )


def priced(*items, rules=(), delivery=STANDARD, taxes=GERMANY, currency="EUR"):
    return quote(items=items, rules=rules, delivery=delivery, taxes=taxes, currency=currency)


def percent(rate, **more):
    return Rule(**{"id": 1, "name": "Welcome", "kind": "percent", "percent": D(rate), **more})


def test_prices_with_tax_inside():
    result = priced(item(price="20.00", quantity=2), item(2, price="10.70", tax_class="reduced"))
    assert (result.subtotal, result.shipping, result.total) == (D("50.70"), D("3.90"), D("54.60"))
    # 40.00 * 19/119 = 6.386…; 3.90 * 19/119 = 0.622…; 10.70 * 7/107 = 0.70
    assert [(share.rate, share.net, share.tax) for share in result.taxes] == [
        (D(19), D("36.89"), D("7.01")),
        (D(7), D("10.00"), D("0.70")),
    ]
    assert result.tax_added == 0


def test_prices_with_tax_on_top():
    result = priced(item(price="20.00", quantity=2), taxes=ADDED)
    # 40.00 * 19 % = 7.60; 3.90 * 19 % = 0.741
    assert (result.tax_total, result.total) == (D("8.34"), D("52.24"))


def test_delivery_is_free_from_its_limit_measured_after_discounts():
    assert priced(item(price="60.00")).shipping == 0
    assert priced(item(price="60.00"), rules=[percent(1)]).shipping == D("3.90")


def test_a_percentage_is_spread_over_the_lines_to_the_cent_and_capped():
    three = [item(key, price="3.33") for key in (1, 2, 3)]
    result = priced(*three, rules=[percent(10)])
    assert result.discount_total == D("1.00")
    assert sorted(line.discount for line in result.lines) == [D("0.33"), D("0.33"), D("0.34")]
    assert priced(item(price="500"), rules=[percent(10, cap=D(20))]).discount_total == D(20)


def test_an_amount_never_takes_more_than_the_goods_cost():
    rule = Rule(id=1, name="Gift", kind="amount", amount=D(50))
    result = priced(item(price="20.00"), rules=[rule])
    assert (result.discount_total, result.total) == (D("20.00"), D("3.90"))


def test_a_rule_for_a_category_leaves_other_lines_alone():
    rule = percent(50, category_ids=frozenset({7}))
    result = priced(item(1, category=7), item(2, category=8), rules=[rule])
    assert [line.discount for line in result.lines] == [D("10.00"), D(0)]


def test_the_minimum_counts_only_what_the_rule_is_about():
    rule = percent(50, category_ids=frozenset({7}), minimum_spend=D(30))
    assert priced(item(1, category=7), item(2, price="90", category=8), rules=[rule]).discount_total == 0


def test_free_delivery_takes_off_exactly_what_delivery_costs():
    rule = Rule(id=1, name="Free delivery", kind="free_shipping")
    result = priced(item(), rules=[rule])
    assert (result.shipping, result.discount_total, result.total) == (D("3.90"), D("3.90"), D("20.00"))
    assert result.taxes[0].tax == D("3.19")


def test_an_exclusive_rule_stands_alone_when_it_saves_more():
    small = percent(10, id=1)
    big = percent(30, id=2, exclusive=True)
    assert [found.id for found in priced(item(), rules=[small, big]).discounts] == [2]
    less = percent(5, id=2, exclusive=True)
    assert [found.id for found in priced(item(), rules=[small, less]).discounts] == [1]


def test_rules_apply_by_priority_each_to_what_is_left():
    first = Rule(id=1, name="Five", kind="amount", amount=D(5), priority=9)
    result = priced(item(price="25.00"), rules=[percent(10, id=2), first])
    assert [found.amount for found in result.discounts] == [D(5), D("2.00")]


def test_currencies_without_and_with_three_decimals():
    assert priced(item(price="333"), rules=[percent(10)], delivery=None, currency="JPY").total == D(300)
    assert priced(item(price="1.115"), rules=[percent(10)], delivery=None, currency="KWD").total == D("1.003")


def test_the_trace_explains_every_cent():
    result = priced(item(quantity=2), rules=[percent(10)])
    steps = {step.text: step.amount for step in result.trace}
    assert steps["2 × Thing 1 at 20.00"] == D("40.00")
    assert steps["Discount: Welcome"] == D("-4.00")
    untaxed = sum(step.amount for step in result.trace if "tax" not in step.text)
    assert untaxed == result.total


def test_a_stored_quote_reads_back_the_same():
    result = priced(item(quantity=3), rules=[percent(10)])
    assert Quote.from_json(result.to_json()) == result


money = st.decimals(min_value=0, max_value=9999, places=2)
items = st.lists(
    st.builds(
        item,
        key=st.integers(1, 10**6),
        price=money.map(str),
        quantity=st.integers(1, 999),
        tax_class=st.sampled_from(["standard", "reduced", "zero"]),
        category=st.integers(1, 3),
    ),
    max_size=6,
    unique_by=lambda made: made.key,
)
rules = st.lists(
    st.builds(
        Rule,
        id=st.integers(1, 9),
        name=st.just("Rule"),
        kind=st.sampled_from(["percent", "amount", "free_shipping"]),
        percent=st.decimals(min_value=0, max_value=100, places=2),
        cap=st.none() | money,
        amount=money,
        minimum_spend=st.sampled_from([D(0), D(50)]),
        category_ids=st.sampled_from([frozenset(), frozenset({1}), frozenset({2, 3})]),
        priority=st.integers(-2, 2),
        exclusive=st.booleans(),
    ),
    max_size=4,
    unique_by=lambda rule: rule.id,
)
deliveries = st.none() | st.builds(
    Delivery, code=st.just("d"), name=st.just("Delivery"), price=money, free_from=st.none() | money
)


@given(
    items=items,
    rules=rules,
    delivery=deliveries,
    kind=st.sampled_from(["included", "added", "reverse", "reverse_net"]),
    currency=st.sampled_from(["EUR", "JPY", "KWD"]),
)
def test_lines_delivery_and_tax_less_discounts_are_the_total_for_any_input(
    items, rules, delivery, kind, currency
):
    rates, reverse = {"standard": D(19), "reduced": D(7)}, kind.startswith("reverse")
    taxes = Taxes(
        rates={"standard": D(20), "reduced": D("5.5")} if reverse else rates,
        included=kind in ("included", "reverse"),
        home_rates=rates if reverse else {},
        reverse_charge=reverse,
        vat_number="FR40303265045" if reverse else "",
    )
    result = quote(items=items, rules=rules, delivery=delivery, taxes=taxes, currency=currency)
    lines = sum(line.subtotal for line in result.lines)
    assert lines + result.shipping + result.tax_added - result.discount_total == result.total
    net_and_tax = sum(share.net + share.tax for share in result.taxes)
    assert net_and_tax == result.total
    assert sum(found.amount for found in result.discounts) == result.discount_total
    assert result.total >= 0 and result.shipping >= 0
    assert result.reverse_charge == reverse and not (reverse and result.tax_total)
    assert all(0 <= line.discount <= line.subtotal and line.total >= 0 for line in result.lines)
    unit = smallest_unit(currency)
    assert all(amount % unit == 0 for amount in (result.total, result.tax_total, result.discount_total))
    assert Quote.from_json(result.to_json()) == result


@given(weights=st.dictionaries(st.integers(), money, min_size=1, max_size=9), share=st.integers(0, 100))
def test_spreading_loses_no_cent_and_overfills_no_line(weights, share):
    whole = sum(weights.values())
    amount = (whole * share / 100).quantize(D("0.01"))
    parts = spread(amount, weights, "EUR")
    assert sum(parts.values()) == (amount if whole else 0)
    assert all(0 <= parts[key] <= weights[key] for key in weights)
