"""Each method gets one rate, in a zone of its countries."""

from typing import Any

from django.db import migrations
from django_countries import countries as names

MOVED = ("price", "free_from", "days_min", "days_max")


def give_rates(apps: Any, schema_editor: Any) -> None:
    method_type = apps.get_model("orders", "ShippingMethod")
    rate_type = apps.get_model("orders", "ShippingRate")
    for method in method_type._base_manager.order_by("pk"):
        values = {name: getattr(method, name) for name in MOVED}
        zone = _zone_of(apps, " ".join(method.countries.split()))
        rate_type.objects.create(method=method, zone=zone, weight_to=method.max_weight_grams, **values)


def _zone_of(apps: Any, codes: str) -> Any:
    """The zone of these countries, made when it is not there yet; None for everywhere."""
    zones = apps.get_model("orders", "DeliveryZone")._base_manager
    if not codes:
        return None
    found = zones.filter(countries=codes, postal_codes="", is_deleted=False).first()
    if found is not None:
        return found
    name = str(names.name(codes) or codes) if " " not in codes else f"Countries {zones.count() + 1}"
    return zones.create(name=name, countries=codes, position=zones.count())


def take_rates(apps: Any, schema_editor: Any) -> None:
    """A method has room for one rate: the first one stays, and where its zone has postal codes the
    price is the whole country's."""
    rate_type = apps.get_model("orders", "ShippingRate")
    for method in apps.get_model("orders", "ShippingMethod")._base_manager.order_by("pk"):
        rates = rate_type.objects.filter(method=method).select_related("zone")
        rate = rates.order_by("zone__position", "position", "pk").first()
        if rate is None:
            method.is_suspended = True  # without a rate it was offered nowhere
        else:
            for name in MOVED:
                setattr(method, name, getattr(rate, name))
            method.max_weight_grams = rate.weight_to
            method.countries = rate.zone.countries if rate.zone else ""
        if method.kind == "collect":
            method.is_suspended = True  # a place to collect from would come back as a parcel
        method.save()


class Migration(migrations.Migration):
    dependencies = [("orders", "0007_delivery_zones")]

    operations = [migrations.RunPython(give_rates, take_rates)]
