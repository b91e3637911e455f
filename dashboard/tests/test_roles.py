"""The roles: the table in code is what the migrations make, and they go back and forth."""

from importlib import import_module
from pathlib import Path

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection, connections
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from dashboard.roles import OWNER, ROLES
from dashboard.tests.factories import staff_with_role

pytestmark = pytest.mark.django_db(databases=["default", "documents"])
MIGRATION = import_module("dashboard.migrations.0001_roles")
# They come with the rooms that are built next; the migration prepares their rights.
STILL_TO_COME = {
    "customers.consent",
    "customers.personaldatarequest",
    "customers.wishlist",
    "catalog.productimport",
}
VERBS = ("view", "add", "change", "delete")


def stored(name: str) -> set[str]:
    rows = Group.objects.get(name=name).permissions.values_list("content_type__app_label", "codename")
    return {f"{app}.{code}" for app, code in rows}


class editor:
    """All that the migration asks of Django's schema editor."""

    connection = connection


def migrate(step: str) -> None:
    """All migrations of roles, forwards ("make_roles") or back ("remove_roles")."""
    loader = MigrationLoader(connection)
    names = sorted(name for app, name in loader.disk_migrations if app == "dashboard")
    for name in names if step == "make_roles" else reversed(names):
        apps = loader.project_state([("dashboard", name)]).apps
        for operation in loader.disk_migrations["dashboard", name].operations:
            (operation.code if step == "make_roles" else operation.reverse_code)(apps, editor)


@pytest.mark.parametrize("name", ROLES)
def test_the_table_is_what_the_migrations_made(name):
    assert stored(name) == ROLES[name].permissions


def test_there_are_five_roles_and_each_says_what_it_is_for():
    assert list(ROLES) == ["picker", "support", "merchandiser", "finance", "owner"]
    assert set(Group.objects.values_list("name", flat=True)) == set(ROLES)
    assert all(role.sentence.endswith(".") for role in ROLES.values())


def test_every_permission_named_exists_as_the_models_declare_it():
    rows = Permission.objects.values_list("content_type__app_label", "content_type__model", "codename")
    declared = {f"{app}.{code}": f"{app}.{model}" for app, model, code in rows}
    for name in OWNER.permissions:
        kind = ContentType.objects.get_by_natural_key(*declared[name].split("."))
        model = kind.model_class()
        if model is None:
            assert declared[name] in STILL_TO_COME
            continue
        own = {f"{verb}_{model._meta.model_name}" for verb in model._meta.default_permissions}
        own |= {code for code, _ in model._meta.permissions}
        assert name.split(".")[1] in own, name


def test_no_permission_is_there_twice_and_all_have_djangos_names():
    """Django makes what is missing after all migrations; what the migration made must be the same rows."""
    seen = Permission.objects.values_list("content_type__app_label", "content_type__model", "codename")
    assert len(seen) == len(set(seen))
    for row in Permission.objects.select_related("content_type"):
        verb = row.codename.partition("_")[0]
        model = row.content_type.model_class()
        if model is not None and verb in VERBS:
            assert row.name == f"Can {verb} {model._meta.verbose_name_raw}"


def test_the_owner_may_do_all_that_the_staff_site_can():
    """Also with what is registered in days to come: the table has to name it first."""
    for model in admin.site._registry:
        for verb in set(VERBS) & set(model._meta.default_permissions):
            if verb == "view" or _can_be_done(model, verb):
                assert f"{model._meta.app_label}.{verb}_{model._meta.model_name}" in OWNER.permissions
        for code, _ in model._meta.permissions:
            assert f"{model._meta.app_label}.{code}" in OWNER.permissions


def _can_be_done(model, verb):
    """Whether the staff site lets anybody at all do it, a superuser being anybody."""

    class Everybody:
        is_active = is_superuser = is_staff = True
        has_perm = staticmethod(lambda name: True)

    class request:
        user = Everybody

    return getattr(admin.site._registry[model], f"has_{verb}_permission")(request)


def test_the_migration_runs_on_the_first_database_only(settings):
    from ecommerce.routers import DocumentsRouter

    assert DocumentsRouter().allow_migrate("default", "dashboard")
    assert not DocumentsRouter().allow_migrate("documents", "dashboard")
    assert ("dashboard", "0001_roles") in MigrationRecorder(connections["default"]).applied_migrations()


def test_it_depends_on_the_newest_migration_of_every_app_it_names():
    """Its rights are those of models as they were then."""
    own = {label.split(".")[0] for models in MIGRATION.MODELS.values() for label in models}
    assert own <= {app for app, _ in MIGRATION.Migration.dependencies}
    for app, name in MIGRATION.Migration.dependencies:
        assert (app, name) in MigrationLoader(connection).graph.nodes


def test_it_goes_back_and_forth_and_may_run_twice():
    before = {name: stored(name) for name in ROLES}
    colleague = staff_with_role("picker")
    migrate("make_roles")
    assert {name: stored(name) for name in ROLES} == before
    assert colleague.groups.get().name == "picker"
    migrate("remove_roles")
    assert not Group.objects.exists()
    migrate("remove_roles")
    migrate("make_roles")
    assert {name: stored(name) for name in ROLES} == before


def test_it_makes_rights_that_are_not_there_yet():
    """As on an empty database, where Django makes permissions only after the last migration."""
    Group.objects.all().delete()
    Permission.objects.all().delete()
    ContentType.objects.all().delete()
    ContentType.objects.clear_cache()
    migrate("make_roles")
    assert all(stored(name) == ROLES[name].permissions for name in ROLES)


def test_a_role_that_a_shop_has_changed_keeps_what_it_has_besides():
    extra = Permission.objects.get(codename="view_discount")
    Group.objects.get(name="picker").permissions.add(extra)
    migrate("make_roles")
    assert stored("picker") == ROLES["picker"].permissions | {"orders.view_discount"}


def test_somebody_in_a_role_has_just_that():
    finance = staff_with_role("finance")
    assert finance.get_all_permissions() == ROLES["finance"].permissions
    assert finance.is_staff and not finance.is_superuser


def test_the_document_lists_every_role():
    text = Path("docs/staff-roles.md").read_text()
    for role in ROLES.values():
        assert role.sentence in text, role.name
