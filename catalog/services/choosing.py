"""Which variant is meant by a product and, when it has several, a SKU."""

from collections.abc import Sequence

from ecommerce.lib.errors import BadInput


class VariantNeeded(BadInput):
    """The product has several variants and nothing says which; `data` has the `skus` to choose from."""

    code = "variant_needed"

    def __init__(self, skus: Sequence[str]) -> None:
        super().__init__(
            "This product has several variants: say which one by its sku.",
            field="sku",
            data={"skus": list(skus)},
        )


def choose_sku(skus: Sequence[str], wanted: str = "") -> str:
    """The one of a product's `skus` that is meant: `wanted`, or the only one; "" when it has none such.

    Raises VariantNeeded when there are several and none is `wanted`.
    """
    if len(skus) > 1 and not wanted:
        raise VariantNeeded(skus)
    return wanted if wanted in skus else "" if wanted else next(iter(skus), "")
