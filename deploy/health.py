"""Exits with 0 while the server of this container answers: the HEALTHCHECK of the image.

It asks as the proxy would, so that neither the host name nor https is in the way.
"""

import os
import sys
import urllib.error
import urllib.request
from urllib.parse import urlsplit

site = urlsplit(os.environ.get("SITE_URL", "http://127.0.0.1:8000"))
request = urllib.request.Request(
    f"http://127.0.0.1:{os.environ.get('WEB_PORT', '8000')}/health/live",
    headers={"Host": site.netloc, "X-Forwarded-Proto": site.scheme},
)
try:
    with urllib.request.urlopen(request, timeout=4) as answer:
        sys.exit(0 if answer.status == 200 else 1)
except OSError as error:
    sys.exit(f"no answer: {error}")
