"""Each role at each page of the staff site: what the table of roles says, no more and no less.

Everything here is generated from what is registered: a new ModelAdmin, action or page fails until
it is named here and in `dashboard/roles.py`.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalog.models import Hold, StoreSettings
from customers.models import ApiToken
from dashboard.order_actions import ACTIONS
from dashboard.repairs import REPAIRS
from dashboard.return_actions import RETURN_ACTIONS
from dashboard.roles import ROLES
from dashboard.tests.conftest import sign_in
from dashboard.tests.factories import staff_with_role
from dashboard.tests.one_of_each import make_one_of_each
from ecommerce.access.staff import STAFF

pytestmark = pytest.mark.django_db(databases=["default", "documents"])
VERBS = ("view", "add", "change", "delete")

# The bulk actions of every list, each with all the permissions it takes.
BULK = {
    **{("orders.order", action.code): action.permissions for action in ACTIONS.values() if action.in_bulk},
    ("orders.order", "papers"): ("orders.pack_order",),
    ("orders.order", "pick_list"): ("orders.pack_order",),
    ("orders.return", "approve"): ("orders.change_return",),
    ("orders.notification", "send_now"): ("orders.change_order",),
    ("background.failedtask", "try_again"): ("background.change_failedtask",),
    ("background.failedtask", "discard"): ("background.change_failedtask",),
    ("catalog.product", "publish"): ("catalog.change_product",),
    ("catalog.product", "hide"): ("catalog.change_product",),
    ("catalog.product", "export_chosen"): ("catalog.view_product",),
    ("catalog.hold", "release_chosen"): ("catalog.change_hold",),
    ("customers.personaldatarequest", "call_off"): ("customers.change_personaldatarequest",),
    ("customers.apitoken", "end"): ("customers.delete_apitoken",),
    ("reviews.review", "publish"): ("reviews.moderate_review",),
    ("reviews.review", "hold"): ("reviews.moderate_review",),
    ("reviews.review", "reject"): ("reviews.moderate_review",),
    **{
        (f"reviews.{model}", action): ("reviews.moderate_question",)
        for model in ("question", "answer")
        for action in ("publish", "hold", "reject")
    },
    ("support.ticket", "close"): ("support.change_ticket",),
    ("support.ticket", "reopen"): ("support.change_ticket",),
    ("webhooks.delivery", "send_again"): ("webhooks.change_endpoint",),
}

# The pages beside Django's five of every model, and what they take: the access table says it.
STANDARD = re.compile(r"_(changelist|add|history|delete|change)$")
PAGES = {
    name.partition(":")[2]: next(iter(methods.values())).needs
    for name, methods in STAFF.items()
    if name.startswith("admin:") and (name.endswith("password_change") or not STANDARD.search(name))
}
# What stands behind the row's key in the address of a page.
MORE = {"catalog_productimport_step": ("check",)}
# Any of two rights opens this one, and the steps of these are named one by one.
NOTE, STEPS = "orders_order_note", {"orders_order_act": ACTIONS, "orders_return_act": RETURN_ACTIONS}
SITE_PAGES = {
    "low_stock": ("catalog.view_product",),
    "reconciliation": ("payments.view_payment",),
    "reconciliation_table": ("payments.view_payment",),
}
# What every person of the staff has.
OPEN = {
    "index", "login", "logout", "password_change", "password_change_done", "autocomplete", "jsi18n",
    "view_on_site", "app_list", "search", "reconciliation_repair",
}  # fmt: skip


@pytest.fixture(params=ROLES)
def role(request):
    return ROLES[request.param]


@pytest.fixture
def rows():
    return make_one_of_each()


@pytest.fixture
def client(role, rows):
    return sign_in(staff_with_role(role.name))


@contextmanager
def no_writes() -> Iterator[None]:
    """Nothing is written but what the sign-in itself needs."""
    with CaptureQueriesContext(connection) as caught:
        yield
    written = [q["sql"] for q in caught if re.match(r"\s*(INSERT|UPDATE|DELETE|REPLACE)", q["sql"])]
    assert not [sql for sql in written if "django_session" not in sql], written


def label(model) -> str:
    return model._meta.label_lower


def page(model, kind: str, *args) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{kind}", args=args)


def expected(role, model) -> dict[str, bool]:
    """What the table says, limited to what the site lets anybody do at all."""
    named = {verb: f"{model._meta.app_label}.{verb}_{model._meta.model_name}" for verb in VERBS}
    may = {verb: named[verb] in role.permissions for verb in VERBS}
    may["view"] = may["view"] or may["change"]
    for verb in VERBS:
        may[verb] = may[verb] and _anybody_may(model, verb)
    return may


def _deletable(model, row) -> bool:
    """A place that has stock, for one, is never deleted."""
    return _anybody_may(model, "delete", row)


def _anybody_may(model, verb, *row) -> bool:
    class Everybody:
        is_active = is_superuser = is_staff = True
        has_perm = staticmethod(lambda name: True)
        has_perms = staticmethod(lambda names: True)

    class request:
        user = Everybody

    return getattr(admin.site._registry[model], f"has_{verb}_permission")(request, *row)


def test_every_list_and_form_opens_for_whom_the_table_says(role, rows, client):
    wrong = []
    for model, row in rows.items():
        may = expected(role, model)
        # One row, so its list leads on to its form; and no second one can be added.
        opened = 302 if model is StoreSettings else 200
        checks = [
            ("changelist", page(model, "changelist"), opened if may["view"] else 403),
            ("add", page(model, "add"), 200 if may["add"] and model is not StoreSettings else 403),
            ("change", page(model, "change", row.pk), 200 if may["view"] else 403),
            ("history", page(model, "history", row.pk), 200 if may["view"] else 403),
            (
                "delete",
                page(model, "delete", row.pk),
                200 if may["delete"] and _deletable(model, row) else 403,
            ),
        ]
        for kind, url, wanted in checks:
            got = client.get(url).status_code
            if got != wanted:
                wrong.append((role.name, label(model), kind, got, wanted))
    assert not wrong


def test_forged_forms_change_nothing(role, rows, client):
    """POSTs to add, change and delete without the right: refused, and nothing is written."""
    for model, row in rows.items():
        may = expected(role, model)
        for verb, args in (("add", ()), ("change", (row.pk,)), ("delete", (row.pk,))):
            if not may[verb]:
                with no_writes():
                    answer = client.post(page(model, verb, *args), {"post": "yes", "_save": "1"})
                # A page of its own may know no POST at all.
                assert answer.status_code in (403, 405), (role.name, label(model), verb)


def test_every_bulk_action_is_offered_and_run_for_whom_the_table_says(role, rows, client):
    for model, row in rows.items():
        if not expected(role, model)["view"] or model is StoreSettings:
            continue
        text = client.get(page(model, "changelist")).content.decode()
        for name in _actions(model):
            may = _may_run(role, model, name)
            assert (f'<option value="{name}"' in text) == may, (role.name, label(model), name)
            if not may:
                with no_writes():
                    answer = client.post(page(model, "changelist"), _run(name, row))
                assert answer.status_code in (200, 302, 403), (role.name, label(model), name)


def test_bulk_actions_of_a_list_one_may_not_see_change_nothing(role, rows, client):
    for model, row in rows.items():
        if not expected(role, model)["view"]:
            for name in _actions(model):
                with no_writes():
                    answer = client.post(page(model, "changelist"), _run(name, row))
                assert answer.status_code == 403, (role.name, label(model), name)


def _run(name, row):
    key = row.token_key if isinstance(row, ApiToken) else row.pk
    return {"action": name, ACTION_CHECKBOX_NAME: str(key), "post": "yes", "confirmed": "1", "index": "0"}


def _actions(model) -> list[str]:
    """What somebody who may do everything is offered."""
    given = admin.site._registry[model].actions or ()
    named = [name if isinstance(name, str) else name.__name__ for name in given]
    deletes = admin.site._registry[model].actions is not None and model not in (ApiToken, Hold)
    return [*named, *(["delete_selected"] if deletes and _anybody_may(model, "delete") else [])]


def _may_run(role, model, name) -> bool:
    if name == "delete_selected":
        return expected(role, model)["delete"]
    return set(BULK[label(model), name]) <= role.permissions


def _extra_pages() -> dict[str, str]:
    """Name and pattern of every page beside Django's own."""
    found = {}
    for model, model_admin in admin.site._registry.items():
        own = f"{model._meta.app_label}_{model._meta.model_name}"
        for url in model_admin.get_urls():
            if url.name and not re.fullmatch(rf"{own}_(changelist|add|history|delete|change)", url.name):
                found[url.name] = (model, str(url.pattern))
    return found


def test_every_page_of_our_own_asks_for_its_permission(role, rows, client):
    for name, (model, pattern) in _extra_pages().items():
        if name in STEPS:
            continue
        needed = {"orders.change_order"} if name == NOTE else set(PAGES[name])
        may = needed <= role.permissions or (name == NOTE and "orders.pack_order" in role.permissions)
        args = [rows[model].pk, *MORE.get(name, ())] if "<" in pattern else []
        url = reverse(f"admin:{name}", args=args)
        if may:
            assert client.get(url).status_code != 403, (role.name, name)
            continue
        with no_writes():
            assert client.get(url).status_code in (403, 405), (role.name, name)
            assert client.post(url, {"ids": "1"}).status_code in (403, 405), (role.name, name)


def test_every_step_of_orders_and_returns_asks_for_its_permission(role, rows, client):
    by_name = {f"{m._meta.app_label}_{m._meta.model_name}_act": row for m, row in rows.items()}
    for name, steps in STEPS.items():
        for step in steps.values():
            needed = getattr(step, "permissions", None) or (step.permission,)
            url = reverse(f"admin:{name}", kwargs={"pk": by_name[name].pk, "code": step.code})
            if set(needed) <= role.permissions:
                assert client.get(url).status_code in (200, 302, 404), (role.name, step.code)
                continue
            with no_writes():
                assert client.get(url).status_code in (403, 404), (role.name, step.code)
                assert client.post(url, {"reason": "x"}).status_code == 403, (role.name, step.code)


def test_every_repair_asks_for_its_permission(role, rows, client):
    by_target = {model._meta.model_name: row.pk for model, row in rows.items()}
    by_target |= {"event": by_target["gatewayevent"], "counter": 1}
    for repair in REPAIRS.values():
        url = reverse("admin:reconciliation_repair", args=[repair.code, by_target[repair.target]])
        if repair.permission not in role.permissions:
            with no_writes():
                assert client.post(url, {"seen": "x", "note": "x"}).status_code == 403
                assert client.get(url).status_code in (403, 404)


def test_the_pages_of_the_site_itself(role, client):
    assert client.get(reverse("admin:index")).status_code == 200
    for name, needed in SITE_PAGES.items():
        wanted = 200 if set(needed) <= role.permissions else 403
        assert client.get(reverse(f"admin:{name}")).status_code == wanted, (role.name, name)


def test_menu_and_home_lead_nowhere_that_is_closed(role, rows, client):
    """Every link of the home page, the menu included, opens; and the page is not empty."""
    text = client.get(reverse("admin:index")).content.decode()
    links = set(re.findall(r'href="(/admin/[^"#]*)"', text))
    assert len(links) > 3
    for link in links - {reverse("admin:logout")}:
        assert client.get(link.replace("&amp;", "&")).status_code in (200, 302), (role.name, link)
    assert "st-task" in text
    assert "Nothing waits for you here" not in text


def test_the_search_of_the_menu_names_only_lists_one_may_see(role, rows, client):
    for model in rows:
        words = str(model._meta.verbose_name_plural)
        for url in (reverse("admin:search"), f"{reverse('admin:search')}?extended=1"):
            text = client.get(url, {"s": words}).content.decode()
            link = f'href="{page(model, "changelist")}"'
            assert (link in text) <= expected(role, model)["view"], (role.name, label(model))


def test_autocompletion_finds_nothing_one_may_not_see(role, rows, client):
    asked = 0
    for model, model_admin in admin.site._registry.items():
        for name in model_admin.get_autocomplete_fields(None):
            field = model._meta.get_field(name)
            remote = field.remote_field.model
            sent = {"app_label": model._meta.app_label, "model_name": model._meta.model_name}
            answer = client.get(reverse("admin:autocomplete"), sent | {"field_name": name, "term": ""})
            wanted = 200 if expected(role, remote)["view"] else 403
            assert answer.status_code == wanted, (role.name, label(model), name)
            asked += 1
    assert asked >= 5


def test_the_way_to_the_shop_leads_to_what_one_may_see_only(role, rows, client):
    """An order's page in the shop is opened by a secret, which this address must not hand out."""
    from django.contrib.contenttypes.models import ContentType

    for model, row in rows.items():
        kind = ContentType.objects.get_for_model(model, for_concrete_model=False)
        answer = client.get(f"/admin/r/{kind.pk}/{row.pk}/")
        if label(model) in ("orders.order", "orders.return", "orders.draftorder"):
            assert answer.status_code in (403, 404)
        elif answer.status_code == 302:
            assert expected(role, model)["view"], (role.name, label(model))
