"""What is taken out of a line before it is written."""

import pytest
from django.conf import settings as configured

from ecommerce import logs
from ecommerce.lib.scrubbing import HIDDEN, scrub, scrub_value


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("mail to Ada.Lovelace+x@mail.alcove.example failed", f"mail to {HIDDEN} failed"),
        ("ada%40alcove.example", HIDDEN),
        ("call +49 (0)151 1234-5678 now", f"call {HIDDEN} now"),
        ("to %2B4915112345678", f"to {HIDDEN}"),
        ("redis://:sesame@cache:6379/0 is down", f"redis://{HIDDEN}@cache:6379/0 is down"),
        ("GET /track/AbCdEf0123456789_-AbCdEf0123456789/ failed", f"GET /track/{HIDDEN}/ failed"),
        ("/account/?next=/orders/&code=123456", f"/account/?next={HIDDEN}&code={HIDDEN}"),
        ('{"access_token": "abc", "kind": 1}', f'{{"access_token": "{HIDDEN}", "kind": 1}}'),
        ("password=hunter2;", f"password={HIDDEN};"),
        ("Authorization: Token abcdefgh1234", f"Authorization: {HIDDEN} {HIDDEN}"),
        (
            "order 7K3M9QXA took 1234567890 ms on 2026-11-30",
            "order 7K3M9QXA took 1234567890 ms on 2026-11-30",
        ),
        ('File "/srv/shop/payments/services/settling.py", line 12', None),
        ("status 404 for key 17 at 10:15:00.123456", None),
    ],
)
def test_what_is_taken_out_of_a_text_and_what_stays(text, wanted):
    assert scrub(text) == (text if wanted is None else wanted)


def test_the_shops_own_secrets_are_known(settings):
    settings.STRIPE_SECRET_KEY = "sk_live_the_real_one"
    settings.REDIS_URL = "redis://:opensesame%21@cache/0"
    logs.known_secrets.cache_clear()
    try:
        found = logs.known_secrets()
    finally:
        logs.known_secrets.cache_clear()
    assert {"sk_live_the_real_one", "opensesame!", "opensesame%21", configured.SECRET_KEY} <= set(found)
    assert "" not in found


def test_structures_are_gone_through_and_numbers_stay():
    given = {"a": ["ada@alcove.example", 7, None, True], "b": {"c": ValueError("password=hunter2")}}
    wanted = {"a": [HIDDEN, 7, None, True], "b": {"c": f"password={HIDDEN}"}}
    assert scrub_value(given) == wanted


def test_a_secret_that_is_known_is_taken_out_wherever_it_stands():
    assert scrub("it was correcthorse, or 'correcthorse'", secrets=["correcthorse"]) == (
        f"it was {HIDDEN}, or '{HIDDEN}'"
    )
