"""A shopper who talks HTTP: what a browser without scripts would send."""

import re
from html import unescape

import requests

ADDRESS = {
    "name": "Kim Kaiser",
    "line1": "Hauptstr. 5",
    "postal_code": "10115",
    "city": "Berlin",
    "country": "DE",
}


class Shopper:
    """One visitor with their own cookies. `email` tells shoppers apart."""

    def __init__(self, url: str, *, email: str = "kim@example.com") -> None:
        self.url = url
        self.email = email
        self.session = requests.Session()

    def get(self, path: str) -> requests.Response:
        return self.session.get(self.url + path, timeout=60)

    def post(self, path: str, *, seen: requests.Response, **form: str) -> requests.Response:
        """Send a form of the page `seen`, with the hidden fields it had; follows no redirect."""
        data = {"csrfmiddlewaretoken": hidden(seen, "csrfmiddlewaretoken")} | form
        return self.session.post(self.url + path, data=data, timeout=60, allow_redirects=False)

    def sign_in(self, email: str, password: str) -> requests.Response:
        seen = self.get("/account/login/")
        return self.post("/account/login/", seen=seen, login=email, password=password)

    def add(self, sku: str, product: str, *, quantity: int = 1) -> requests.Response:
        seen = self.get(f"/product/{product}/?variant={sku}")
        return self.post("/cart/add/", seen=seen, variant=sku, quantity=str(quantity))

    def answer_checkout(self) -> requests.Response:
        """Answer every question of the checkout; returns the last page."""
        for step, form in (("contact", {"email": self.email}), ("address", ADDRESS), ("delivery", {})):
            seen = self.get(f"/checkout/{step}/")
            if step == "delivery":
                form = {"shipping_method": checked(seen, "shipping_method")}
            self.post(f"/checkout/{step}/", seen=seen, **form)
        return self.get("/checkout/review/")

    def pay(self, review: requests.Response, *, method: str = "bank_transfer") -> requests.Response:
        """Press "Pay" on the last page of the checkout."""
        return self.post(
            "/checkout/pay/",
            seen=review,
            basket=hidden(review, "basket"),
            agreed=hidden(review, "agreed"),
            payment_method=method,
        )


def hidden(page: requests.Response, name: str) -> str:
    """The value of a page's hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found, f"{page.url} has no field {name}: {page.status_code}"
    return unescape(found[1])


def checked(page: requests.Response, name: str) -> str:
    """The value of the radio that a page has chosen already."""
    found = re.search(rf'name="{name}" value="([^"]*)" checked', page.text)
    assert found, f"{page.url} has nothing chosen for {name}"
    return unescape(found[1])
