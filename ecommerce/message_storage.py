"""Where a sentence such as “Address saved” waits for the next page."""

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.messages.storage.session import SessionStorage


class HostCookieStorage(CookieStorage):
    """A cookie under the name of the settings, which no neighbouring site can set."""

    cookie_name = settings.MESSAGES_COOKIE_NAME


class MessageStorage(FallbackStorage):
    """In a cookie; what does not fit goes into the session."""

    storage_classes = (HostCookieStorage, SessionStorage)
