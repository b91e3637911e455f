"""Where a bucket is and how long to wait for it; read by the settings, so it asks none of them."""

from typing import Any
from urllib.parse import urlsplit


def bucket_base(*, bucket: str, endpoint: str, region: str) -> str:
    """The address under which a bucket's files are, as signed addresses have it."""
    if endpoint:
        return f"{endpoint.rstrip('/')}/{bucket}"
    part = "" if region in ("", "us-east-1") else f".{region}"
    return f"https://{bucket}.s3{part}.amazonaws.com"


def origin(address: str) -> str:
    """Scheme, host and port of an address, as Content-Security-Policy names them."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def client_config(*, path_style: bool) -> Any:
    """Few tries and short waits: a request is never held for long by a store that hangs.

    Servers other than Amazon's know neither bucket names as hosts nor the newer checksums.
    """
    from botocore.config import Config

    return Config(
        s3={"addressing_style": "path" if path_style else "virtual"},
        signature_version="s3v4",
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        connect_timeout=2,
        read_timeout=5,
        retries={"total_max_attempts": 2, "mode": "standard"},
    )
