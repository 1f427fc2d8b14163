"""A bucket as its owner sees it."""

from typing import Any

from pydantic import SecretStr

from rtp_applications.documents.settings import DocumentSettings


class Bucket:
    def __init__(self, client: Any, name: str, url: str) -> None:
        self._client = client
        self.name = name
        self.url = url

    @property
    def settings(self) -> DocumentSettings:
        return DocumentSettings(
            s3_bucket=self.name,
            s3_endpoint=self.url,
            s3_access_key=SecretStr("key"),
            s3_secret_key=SecretStr("secret"),
        )

    def objects(self) -> list[str]:
        return [each["Key"] for each in self._client.list_objects_v2(Bucket=self.name).get("Contents", [])]

    def unfinished(self) -> int:
        """Uploads in parts that are neither complete nor aborted."""
        return len(self._client.list_multipart_uploads(Bucket=self.name).get("Uploads", []))

    def remove(self) -> None:
        for key in self.objects():
            self._client.delete_object(Bucket=self.name, Key=key)
        self._client.delete_bucket(Bucket=self.name)
