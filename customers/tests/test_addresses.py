"""The address book: own addresses only, one default, postal codes in any spacing."""

import pytest
from django.urls import reverse

from customers.forms import AddressForm
from customers.models import Address
from customers.postal_codes import normalise_postal_code
from customers.services import addresses as book
from customers.tests.factories import AddressFactory, UserFactory
from ecommerce.lib.errors import BadInput, DomainError

pytestmark = pytest.mark.django_db

GOOD = {
    "name": "Ada Bauer",
    "line1": "Torstraße 12",
    "postal_code": "D-10 119",
    "city": "Berlin",
    "country": "DE",
    "phone": "030 5550 0142",
}


@pytest.fixture
def customer(client):
    user = UserFactory()
    client.force_login(user)
    return user


def test_a_typed_address_is_stored_normalised_and_becomes_the_default(client, customer):
    response = client.post(reverse("customers:address_add"), GOOD)

    assert response.status_code == 302
    address = Address.book.for_customer(customer).get()
    assert (address.postal_code, address.phone) == ("10119", "+493055500142")
    assert address.is_default
    assert address.as_postal().lines == ["Ada Bauer", "Torstraße 12", "10119 Berlin", "Germany"]


def test_bad_input_is_said_beside_the_field_and_above_and_nothing_is_lost(client, customer):
    response = client.post(
        reverse("customers:address_add"), GOOD | {"postal_code": "1011", "line1": "", "line2": "Second yard"}
    )

    assert response.status_code == 400
    page = response.content.decode()
    words = "Enter a postal code for Germany: 5 digits, such as 10119"
    assert page.count(words) == 2
    assert page.count("Enter a street and house number") == 2
    assert "<title>Error: Add an address" in page
    assert "There is a problem" in page
    assert 'value="Second yard"' in page
    assert "<details open" in page
    assert "invalid" not in page.replace("aria-invalid", "")
    assert not Address.objects.exists()


def test_a_stranger_finds_nothing(client, customer):
    other = AddressFactory()
    for name in ("address_edit", "address_delete", "address_default"):
        assert client.post(reverse(f"customers:{name}", args=[other.pk]), GOOD).status_code == 404
    other.refresh_from_db()
    assert (other.city, other.is_deleted) == ("Berlin", False)
    assert client.get(reverse("customers:address_edit", args=[other.pk])).status_code == 404


def test_visitors_are_asked_to_sign_in(client):
    for name in ("account", "profile", "addresses", "address_add"):
        response = client.get(reverse(f"customers:{name}"))
        assert response.status_code == 302
        assert response.url.startswith(reverse("account_login"))


def test_one_address_is_the_default_whatever_happens(customer):
    postal = AddressFactory.build(customer=customer).as_postal()
    first = book.add_address(customer=customer, postal=postal)
    second = book.add_address(customer=customer, postal=postal)
    third = book.add_address(customer=customer, postal=postal, is_default=True)
    assert _defaults(customer) == [third.pk]

    book.make_default(address=first)
    book.make_default(address=first)
    assert _defaults(customer) == [first.pk]

    book.delete_address(address=first)
    book.delete_address(address=first)
    assert _defaults(customer) == [third.pk]
    assert {row.pk for row in Address.book.for_customer(customer)} == {second.pk, third.pk}


def _defaults(customer):
    return list(Address.objects.filter(customer=customer, is_default=True).values_list("pk", flat=True))


def test_the_book_has_an_end(customer, monkeypatch):
    monkeypatch.setattr(book, "MAX_ADDRESSES", 1)
    postal = AddressFactory.build(customer=customer).as_postal()
    book.add_address(customer=customer, postal=postal)
    with pytest.raises(DomainError, match="holds 1 addresses"):
        book.add_address(customer=customer, postal=postal)


def test_changing_goes_back_to_pages_of_this_shop_only(client, customer):
    address = AddressFactory(customer=customer)
    url = reverse("customers:address_edit", args=[address.pk])
    assert client.post(url, GOOD | {"next": "/checkout/address/"}).url == "/checkout/address/"
    assert client.post(url, GOOD | {"next": "https://evil.example/"}).url == reverse("customers:addresses")
    address.refresh_from_db()
    assert address.name == "Ada Bauer"


def test_deleting_asks_first(client, customer):
    address = AddressFactory(customer=customer)
    url = reverse("customers:address_delete", args=[address.pk])
    assert "Delete this address?" in client.get(url).content.decode()
    assert Address.objects.filter(pk=address.pk).exists()
    assert client.post(url).status_code == 302
    assert not Address.objects.filter(pk=address.pk).exists()


@pytest.mark.parametrize("count", [1, 12])
def test_the_list_costs_the_same_for_one_and_for_many(client, customer, count, django_assert_max_num_queries):
    AddressFactory.create_batch(count, customer=customer)
    with django_assert_max_num_queries(6):
        assert client.get(reverse("customers:addresses")).status_code == 200


@pytest.mark.parametrize(
    ("country", "typed", "stored"),
    [
        ("DE", "10119", "10119"),
        ("DE", " D – 10119 ", "10119"),
        ("FR", "75 001", "75001"),
        ("NL", "1012ab", "1012 AB"),
        ("NL", "NL-1012 AB", "1012 AB"),
        ("IE", "d02af30", "D02 AF30"),
        ("IE", "D6W XY00", "D6W XY00"),
        ("AT", "A-1010", "1010"),
        ("BE", "B1000", "1000"),
        ("ES", "28013", "28013"),
        ("IT", "00184", "00184"),
        ("GB", "sw1a1aa", "SW1A 1AA"),
        ("GB", "M1 1AE", "M1 1AE"),
        ("PL", "00950", "00-950"),
        ("PT", "1100 148", "1100-148"),
        ("SE", "11122", "111 22"),
        ("LV", "LV-1010", "1010"),
        ("MT", "vlt1117", "VLT 1117"),
        ("DE", "\uff11\uff10\uff11\uff11\uff19", "10119"),
        ("US", "10001-1234", "10001-1234"),
    ],
)
def test_postal_codes_come_in_any_spacing(country, typed, stored):
    assert normalise_postal_code(country, typed) == stored


@pytest.mark.parametrize(
    ("country", "typed"),
    [("DE", "1011"), ("DE", "1011٩"), ("ES", "99001"), ("NL", "0123 AB"), ("GB", "10119"), ("AT", "10119")],
)
def test_other_codes_are_refused_with_an_example(country, typed):
    with pytest.raises(BadInput, match="such as") as refusal:
        normalise_postal_code(country, typed)
    assert refusal.value.field == "postal_code"


def test_every_country_the_shop_delivers_to_knows_its_codes(settings):
    from customers.postal_codes import _FORMATS

    assert set(settings.SHOP_COUNTRIES) == set(_FORMATS)
    for country, form in _FORMATS.items():
        assert normalise_postal_code(country, form.example) == form.example


def test_the_form_carries_the_tokens_browsers_fill_in():
    form = AddressForm(section="shipping")
    tokens = {name: field.widget.attrs["autocomplete"] for name, field in form.fields.items()}
    assert tokens == {name: f"shipping {token}" for name, token in AddressForm.TOKENS.items()}
    assert len(list(form.main_fields)) == 6
    assert not form.extra_in_use
