"""What a visitor gets from a page that gives a private file away, wherever the run keeps files."""

from typing import Any

import requests


def fetch(client: Any, address: str) -> Any:
    """The answer at `address`, at the signed address that it leads to when files are in a bucket.

    It has `status_code`, `headers` and `content`.
    """
    answer = client.get(address)
    if answer.status_code == 302 and "X-Amz-Signature" in answer["Location"]:
        return requests.get(answer["Location"], timeout=30)
    if answer.streaming:
        found = requests.Response()
        found.status_code, found._content = answer.status_code, b"".join(answer.streaming_content)
        found.headers.update(answer.headers)
        return found
    return answer
