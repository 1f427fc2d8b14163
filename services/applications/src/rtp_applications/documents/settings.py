"""Settings of documents: where they are kept, how large they may be, who scans them."""

import re
from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class DocumentSettings(BaseSettings):
    """Settings of every process of the applications service that touches the content of documents."""

    model_config = SettingsConfigDict(env_prefix="RTP_", frozen=True, extra="ignore")

    documents_dir: Path = Field(
        default=Path("/var/lib/right-to-provide/documents"),
        description="Directory that documents are kept in, on one file system; unused with RTP_S3_BUCKET",
    )
    document_limit: int = Field(default=104_857_600, ge=1024, description="Largest document, in bytes")
    documents_per_case: int = Field(
        default=200, ge=1, le=2000, description="Most documents of one case, and as many papers of its bodies"
    )
    s3_bucket: str | None = Field(default=None, description="Keep documents in this bucket instead of a directory")
    s3_endpoint: str | None = Field(default=None, description="S3-compatible server; Amazon's own without it")
    s3_region: str = Field(default="eu-west-2", description="Region that requests are signed for")
    s3_access_key: SecretStr | None = Field(
        default=None, description="Without it the machine's own role or the AWS_ variables are used"
    )
    s3_secret_key: SecretStr | None = Field(default=None, description="Belongs to RTP_S3_ACCESS_KEY")
    clamd: str | None = Field(
        default=None, description="ClamAV's daemon: host:port or the path of its socket; without it nothing is scanned"
    )
    clamd_seconds: float = Field(default=60.0, gt=0, description="How long clamd may take to read on or to answer")

    @field_validator("s3_endpoint")
    @classmethod
    def _is_a_server(cls, url: str | None) -> str | None:
        if url is not None and not re.fullmatch(r"https?://[^/\s?#]+", url):
            raise ValueError("must be scheme and host, without a path or a slash at the end")
        return url

    @field_validator("clamd")
    @classmethod
    def _is_an_address(cls, address: str | None) -> str | None:
        if address is not None and not re.fullmatch(r"/\S+|\[[0-9a-fA-F:]+\]:\d{1,5}|[^\s:/\[\]]+:\d{1,5}", address):
            raise ValueError("must be host:port or an absolute path")
        return address

    @model_validator(mode="after")
    def _keys_come_in_pairs(self) -> Self:
        if (self.s3_access_key is None) != (self.s3_secret_key is None):
            raise ValueError("RTP_S3_ACCESS_KEY and RTP_S3_SECRET_KEY: both or neither")
        return self
