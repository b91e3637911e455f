"""What a service refuses, said on the form that asked for it."""

from django import forms

from ecommerce.lib.errors import DomainError


def show_refusal(form: forms.BaseForm, error: DomainError, *, otherwise: str | None = None) -> None:
    """Beside the field that the error names; at `otherwise`, or above the form, when it has no such field."""
    form.add_error(error.field if error.field in form.fields else otherwise, error.message)
