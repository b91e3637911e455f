"""The page at Stripe where the shopper pays: buttons that pay, decline, or lead back."""

from html import escape
from typing import Any
from urllib.parse import parse_qs

from tests.fakes.server import Page, Redirect, Refusal


def handle(api: Any, method: str, name: str, body: bytes) -> Page | Redirect:
    books = api.books
    session = books.get("checkout.session", name)
    choice = parse_qs(body.decode()).get("choice", [""])[0] if method == "POST" else ""
    if choice == "back":
        return Redirect(session["cancel_url"])
    if session["status"] == "expired":
        raise Refusal(410, Page(_page("This page has expired", "<p>Go back to the shop to pay.</p>")))
    if choice == "pay" and session["status"] == "open":
        books.pay(session)
    if session["status"] == "complete":
        return Redirect(session["success_url"].replace("{CHECKOUT_SESSION_ID}", session["id"]))
    if choice == "decline":
        books.decline(session)
    return Page(_page("Pay", _form(session, declined=choice == "decline")))


def _form(session: dict[str, Any], *, declined: bool) -> str:
    words = "<p role=alert>Your card was declined.</p>" if declined else ""
    amount = f"{session['amount_total']} {session['currency']}"
    buttons = "".join(
        f"<button name=choice value={value}>{label}</button> "
        for value, label in (("pay", "Pay"), ("decline", "Decline"), ("back", "Back"))
    )
    return f"{words}<p>{escape(session['_title'])}: {amount}</p><form method=post>{buttons}</form>"


def _page(title: str, content: str) -> str:
    head = f"<title>{title}</title><link rel=icon href=data:,>"
    return f"<!doctype html><html lang=en>{head}<main><h1>{title}</h1>{content}</main></html>"
