"""allauth's pages of the second step: in the shop's words, 400 for errors, and staff keep a factor."""

from typing import Any

from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.account.models import EmailAddress
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import views as base_views
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import views as totp_views
from allauth.mfa.webauthn import views as webauthn_views
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect

from customers.account_views import telling_errors


class IndexView(base_views.IndexView):
    """Everything that can be a second step. A factor can only be added once the email is confirmed."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        unconfirmed = EmailAddress.objects.filter(user=self.request.user, verified=False).first()
        return super().get_context_data(**kwargs) | {"unconfirmed_email": unconfirmed}


class AuthenticateView(base_views.AuthenticateView):
    """The second step of signing in: a code, a recovery code, or a passkey if there is one."""

    def form_invalid(self, form: Any) -> HttpResponse:
        response = super().form_invalid(form)
        response.status_code = 400
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        types = set(Authenticator.objects.filter(user=self.stage.login.user).values_list("type", flat=True))
        has = {"passkeys": Authenticator.Type.WEBAUTHN in types, "has_app": Authenticator.Type.TOTP in types}
        return context | has | {"forms_sent": [self.form] if self.form else []}


class RemovePasskeyView(webauthn_views.RemoveWebAuthnView):
    """Remove a passkey, but not the last factor of somebody who works here."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        adapter = get_adapter()
        can = adapter.can_delete_authenticator(self.object)
        why_not = adapter.error_messages["cannot_delete_authenticator"]
        return super().get_context_data(**kwargs) | {"can_remove": can, "why_not": why_not}

    def form_valid(self, form: Any) -> HttpResponse:
        if not get_adapter().can_delete_authenticator(self.object):
            return self.render_to_response(self.get_context_data(form=form), status=409)
        return super().form_valid(form)


class ReauthenticatePasskeyView(webauthn_views.ReauthenticateWebAuthnView):
    """Show again who one is, by passkey. A refused one leads back to this page."""

    def form_invalid(self, form: Any) -> HttpResponse:
        for words in form.errors.get("credential", []):
            get_account_adapter().add_message(self.request, messages.ERROR, message=words)
        return HttpResponseRedirect(self.passthrough_next_url(self.request.path))


index = IndexView.as_view()
authenticate = AuthenticateView.as_view()
reauthenticate = telling_errors(base_views.reauthenticate)
activate_totp = telling_errors(totp_views.activate_totp)
add_passkey = telling_errors(webauthn_views.add_webauthn)
rename_passkey = telling_errors(webauthn_views.edit_webauthn)
remove_passkey = RemovePasskeyView.as_view()
reauthenticate_passkey = ReauthenticatePasskeyView.as_view()
