"""Static files, product pictures, private files (docs/files.md)."""

from pathlib import Path

from whitenoise.compress import Compressor

from ecommerce.lib.bucket import bucket_base, client_config, origin
from ecommerce.settings.base import BASE_DIR, DEBUG, VAR_DIR, env, site

STATIC_URL = "/static/"
# An image has them at a place of its own, collected when it was built.
STATIC_ROOT = Path(env.str("STATIC_ROOT", str(VAR_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_URL = "/media/"
MEDIA_ROOT = VAR_DIR / "media"
PRIVATE_ROOT = VAR_DIR / "private"
AWS_STORAGE_BUCKET_NAME = env.str("AWS_STORAGE_BUCKET_NAME", "")
AWS_S3_ENDPOINT_URL = env.str("AWS_S3_ENDPOINT_URL", "").rstrip("/")
# By which name browsers reach the bucket, where that is another than the shop's own way to it: signed
# addresses begin with it.
AWS_S3_LINK_ENDPOINT_URL = env.str("AWS_S3_LINK_ENDPOINT_URL", "").rstrip("/") or AWS_S3_ENDPOINT_URL
_BUCKET = bucket_base(
    bucket=AWS_STORAGE_BUCKET_NAME,
    endpoint=AWS_S3_LINK_ENDPOINT_URL,
    region=env.str("AWS_S3_REGION_NAME", "") or env.str("AWS_DEFAULT_REGION", ""),
)
_CDN = env.str("AWS_S3_CUSTOM_DOMAIN", "").rpartition("://")[2].rstrip("/")
# Where pages show pictures from besides ourselves: product media, and private photos by signed addresses.
picture_origins: list[str] = []
if AWS_STORAGE_BUCKET_NAME:
    picture_origins = sorted(
        {origin(_BUCKET), *([f"{site.scheme}://{_CDN.partition('/')[0]}"] if _CDN else [])}
    )


def _s3(backend: str, location: str, **options: object) -> dict:
    return {
        "BACKEND": f"ecommerce.lib.s3.{backend}",
        "OPTIONS": {
            "bucket_name": AWS_STORAGE_BUCKET_NAME,
            "endpoint_url": AWS_S3_ENDPOINT_URL or None,
            "region_name": env.str("AWS_S3_REGION_NAME", "") or None,
            "location": location,
            "client_config": client_config(path_style=bool(AWS_S3_LINK_ENDPOINT_URL)),
            **options,
        },
    }


def _local(root: Path, url: str | None) -> dict:
    return {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": root, "base_url": url},
    }


STORAGES = {
    "default": (
        _s3("PublicStorage", "media", base=f"{site.scheme}://{_CDN}" if _CDN else _BUCKET)
        if AWS_STORAGE_BUCKET_NAME
        else _local(MEDIA_ROOT, MEDIA_URL)
    ),
    "private": (
        _s3("PrivateStorage", "private", link_endpoint=AWS_S3_LINK_ENDPOINT_URL)
        if AWS_STORAGE_BUCKET_NAME
        else _local(PRIVATE_ROOT, None)
    ),
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if DEBUG
            else "whitenoise.storage.CompressedManifestStaticFilesStorage"
        )
    },
}
WHITENOISE_MAX_AGE = 0 if DEBUG else 31536000
# Compressing is what makes collectstatic slow: only what browsers ask for, under its final name.
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = (*Compressor.SKIP_COMPRESS_EXTENSIONS, "avif", "map", "txt")
