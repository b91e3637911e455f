"""The calculation: golden numbers worked by hand, and what must hold for any input."""

from collections import Counter
from dataclasses import replace
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


def item(key=1, price="20.00", quantity=1, tax_class="standard", category=1, store=1):
    return Item(
        key=key,
        product_id=key,
        category_ids=frozenset({category}),
        name=f"Thing {key}",
        unit_price=D(price),
        quantity=quantity,
        tax_class=tax_class,
        store_id=store,
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


def test_a_price_below_the_smallest_coin_is_no_free_limit():
    tiny = Delivery(code="tiny", name="Tiny", price=D("0.01"))
    result = priced(item(price="333"), delivery=tiny, currency="JPY")
    assert (result.trace[1].text, result.shipping, result.total) == ("Tiny", 0, D(333))


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
    assert [(step.text, step.amount, step.counts) for step in result.trace] == [
        ("2 × Thing 1 at 20.00", D("40.00"), True),
        ("Standard", D("3.90"), True),
        ("Welcome: 4.00 off Thing 1", D("-4.00"), True),
        ("19 % tax on 33.53, included", D("6.37"), False),
    ]


def test_the_trace_names_every_line_a_discount_took_something_off():
    rules = [percent(10), Rule(id=2, name="No postage", kind="free_shipping")]
    result = priced(item(1, price="3.33"), item(2, price="6.67"), rules=rules, taxes=ADDED)
    assert [(step.text, step.amount) for step in result.trace if step.amount < 0] == [
        ("Welcome: 0.33 off Thing 1", D("-0.33")),
        ("Welcome: 0.67 off Thing 2", D("-0.67")),
        ("No postage: 3.90 off delivery", D("-3.90")),
    ]
    assert sum(step.amount for step in result.trace) == result.total == D("10.71")


def two_for_one(**more):
    """Buy two, get the third free."""
    return Rule(
        **{
            "id": 1, "name": "Three for two", "kind": "buy_x_get_y", "percent": D(100),
            "buy_quantity": 2, "get_quantity": 1, **more,
        }
    )  # fmt: skip


def off_lines(result):
    return {line.key: line.discount for line in result.lines}


def test_of_every_three_pieces_the_cheapest_is_free():
    assert priced(item(price="20.00", quantity=2), rules=[two_for_one()]).discount_total == 0
    assert priced(item(price="20.00", quantity=3), rules=[two_for_one()]).discount_total == D("20.00")
    assert priced(item(price="20.00", quantity=5), rules=[two_for_one()]).discount_total == D("20.00")
    # In a row: 30, 30, 20 | 20, 20, 8 | 8: free are a piece for 20 and one for 8.
    several = [item(1, "8.00", 2), item(2, "30.00", 2), item(3, "20.00", 3)]
    assert off_lines(priced(*several, rules=[two_for_one()])) == {1: D("8.00"), 2: 0, 3: D("20.00")}


def test_the_cheaper_pieces_can_be_reduced_by_a_part_and_up_to_a_cap():
    half = two_for_one(buy_quantity=1, percent=D(50))
    assert priced(item(price="3.33", quantity=2), rules=[half]).discount_total == D("1.67")
    rule = two_for_one(cap=D(25))
    several = [item(1, "30.00", 3), item(2, "20.00", 3)]
    # 30 + 20 would be free; the cap of 25 is spread 3 : 2.
    assert off_lines(priced(*several, rules=[rule])) == {1: D("15.00"), 2: D("10.00")}


def test_buying_some_gets_several_and_only_goods_it_is_about_are_counted():
    rule = two_for_one(buy_quantity=1, get_quantity=2, category_ids=frozenset({7}))
    goods = [item(1, "9.00", 2, category=7), item(2, "5.00", 1, category=7), item(3, "1.00", 9, category=8)]
    assert off_lines(priced(*goods, rules=[rule])) == {1: D("9.00"), 2: D("5.00"), 3: 0}


def test_a_free_piece_is_worth_what_earlier_discounts_left_of_it():
    result = priced(item(price="10.00", quantity=3), rules=[percent(10, id=2, priority=9), two_for_one()])
    assert [(found.id, found.goods) for found in result.discounts] == [(2, D("3.00")), (1, D("9.00"))]


def test_pieces_that_cost_nothing_do_not_count_as_bought():
    gift = percent(100, id=2, priority=9, category_ids=frozenset({7}))
    goods = [item(1, "10.00", 2), item(2, "5.00", 1, category=7)]
    assert off_lines(priced(*goods, rules=[gift, two_for_one()])) == {1: 0, 2: D("5.00")}


def test_a_rule_of_a_store_leaves_other_stores_alone():
    rule = percent(50, store_ids=frozenset({2}))
    assert off_lines(priced(item(1, store=1), item(2, store=2), rules=[rule])) == {1: 0, 2: D("10.00")}
    both = percent(50, store_ids=frozenset({2}), category_ids=frozenset({7}))
    assert off_lines(priced(item(1, store=2), item(2, store=2, category=7), rules=[both])) == {
        1: 0,
        2: D("10.00"),
    }


def test_a_rule_that_is_not_stackable_shares_no_line():
    mugs = percent(20, id=1, priority=5, category_ids=frozenset({7}))
    alone = percent(10, id=2, stackable=False)
    goods = [item(1, "10.00", category=7), item(2, "10.00", category=8)]
    assert off_lines(priced(*goods, rules=[mugs, alone])) == {1: D("2.00"), 2: D("1.00")}
    first = percent(10, id=2, stackable=False, priority=9, category_ids=frozenset({8}))
    every = percent(20, id=1)
    assert off_lines(priced(*goods, rules=[first, every])) == {1: D("2.00"), 2: D("1.00")}


def test_free_delivery_alone_is_not_chosen_when_delivery_costs_nothing_anyway():
    postage = Rule(id=2, name="No postage", kind="free_shipping", exclusive=True)
    result = priced(item(price="100.00"), rules=[percent(2), postage])
    assert (result.discount_total, result.total) == (D("2.00"), D("98.00"))


def test_stacked_discounts_stop_at_nothing_to_pay():
    rules = [
        percent(90, id=1),
        Rule(id=2, name="Gift", kind="amount", amount=D(50)),
        two_for_one(id=3),
        percent(100, id=4),
        Rule(id=5, name="No postage", kind="free_shipping"),
        Rule(id=6, name="No postage either", kind="free_shipping"),
    ]
    result = priced(item(1, "19.99", 3), item(2, "0.01"), rules=rules)
    assert (result.total, result.tax_total) == (0, 0)
    assert result.discount_total == result.subtotal + result.shipping == D("63.88")


def test_a_quote_stored_before_discounts_named_their_lines_reads_back():
    stored = priced(item(), rules=[percent(10)]).to_json()
    del stored["discounts"][0]["lines"]
    for step in stored["trace"]:
        del step["counts"]
    found = Quote.from_json(stored)
    assert (found.discounts[0].amount, found.discounts[0].lines) == (D("2.00"), {})
    assert sum(step.amount for step in found.trace if step.counts) == found.total


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
        store=st.integers(1, 2),
    ),
    max_size=6,
    unique_by=lambda made: made.key,
)
rules = st.lists(
    st.builds(
        Rule,
        id=st.integers(1, 9),
        name=st.just("Rule"),
        kind=st.sampled_from(["percent", "amount", "free_shipping", "buy_x_get_y"]),
        percent=st.decimals(min_value=0, max_value=100, places=2),
        cap=st.none() | money,
        amount=money,
        buy_quantity=st.integers(1, 3),
        get_quantity=st.integers(1, 2),
        minimum_spend=st.sampled_from([D(0), D(50)]),
        category_ids=st.sampled_from([frozenset(), frozenset({1}), frozenset({2, 3})]),
        store_ids=st.sampled_from([frozenset(), frozenset({2})]),
        priority=st.integers(-2, 2),
        exclusive=st.booleans(),
        stackable=st.booleans(),
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
    assert sum(step.amount for step in result.trace if step.counts) == result.total
    for line in result.lines:
        assert sum(found.lines.get(line.key, 0) for found in result.discounts) == line.discount
    assert all(found.amount > 0 and min(found.lines.values(), default=1) > 0 for found in result.discounts)
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


@given(
    goods=items,
    buy=st.integers(1, 4),
    get=st.integers(1, 3),
    share=st.sampled_from([D(100), D(50), D("33.33")]),
    currency=st.sampled_from(["EUR", "JPY"]),
)
def test_buy_some_get_some_agrees_with_counting_the_pieces_one_by_one(goods, buy, get, share, currency):
    goods = [replace(made, quantity=made.quantity % 20 + 1) for made in goods]
    rule = two_for_one(buy_quantity=buy, get_quantity=get, percent=share)
    result = priced(*goods, rules=[rule], delivery=None, currency=currency)
    left = {line.key: line.subtotal for line in result.lines if line.subtotal}
    by_worth = sorted(
        (line for line in result.lines if line.key in left),
        key=lambda line: (-line.subtotal / line.quantity, line.key),
    )
    row = [line.key for line in by_worth for _ in range(line.quantity)]
    size = buy + get
    reduced = Counter(key for place, key in enumerate(row[: len(row) // size * size]) if place % size >= buy)
    for line in result.lines:
        exact = line.subtotal * reduced[line.key] * share / (100 * line.quantity)
        assert abs(line.discount - exact) <= smallest_unit(currency) / 2
