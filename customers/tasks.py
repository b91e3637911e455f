"""Background work of the account pages and of sign-in."""

from urllib.parse import urlsplit

from celery import shared_task
from django.conf import settings
from django.core.mail import EmailMultiAlternatives

from catalog.models import StoreSettings
from customers.models import User
from customers.services.otp_secrets import unseal
from ecommerce.lib.emails import send_email
from ecommerce.lib.sms import send_sms


@shared_task(queue_name="mail")
def send_account_email(subject: str, text: str, html: str, to: str) -> None:
    """Send an email about an account. A lost one is asked for again by its reader."""
    message = EmailMultiAlternatives(subject, text, to=[to])
    if html:
        message.attach_alternative(html, "text/html")
    message.send()


# A code is good for ten minutes, and who waits for it asks anew before that.
@shared_task(queue_name="codes", max_retries=2)
def send_code(to: str, sealed: str) -> None:
    """Text or email a one-time code. A lost one is asked for again by its reader.

    The message's last line lets phones fill the code in on this shop's pages and on no other site's
    (https://wicg.github.io/sms-one-time-codes/).
    """
    code = unseal(sealed)
    shop = StoreSettings.current()
    if "@" in to:
        context = {"code": code, "shop_name": shop.name, "contact_phone": shop.contact_phone}
        send_email(template="one_time_code", to=to, context=context)
        return
    text = f"{code} is your code for {shop.name}. It works for 10 minutes. Tell it nobody."
    send_sms(to, f"{text}\n\n@{urlsplit(settings.SITE_URL).hostname} #{code}")


@shared_task(queue_name="mail")
def tell_of_lost_factor(user_id: int) -> None:
    """Tell somebody that the shop took away their second step. Who did not ask for that must know."""
    user = User.objects.filter(pk=user_id).first()
    if user is None or not user.email:
        return
    shop = StoreSettings.current()
    context = {"name": user.get_short_name(), "shop_name": shop.name, "contact_phone": shop.contact_phone}
    send_email(template="second_factor_removed", to=user.email, context=context)
