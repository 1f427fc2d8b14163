"""Settings of the command that registers clients."""

import re

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class RegisterSettings(BaseSettings):
    """The settings of the command, from the environment."""

    model_config = SettingsConfigDict(env_prefix="RTP_", frozen=True, extra="ignore")

    database_url: SecretStr = Field(description="PostgreSQL as rtp_gateway_operator: postgresql://user:pw@host/db")
    bodies_url: str = Field(
        default="http://localhost:8000", description="The gateway or the applications service, to look up public bodies"
    )

    @field_validator("database_url")
    @classmethod
    def _is_a_database_url(cls, url: SecretStr) -> SecretStr:
        if not url.get_secret_value().startswith(("postgresql://", "postgres://")):
            raise ValueError("must be postgresql://user:password@host/database")
        return url

    @field_validator("bodies_url")
    @classmethod
    def _is_an_origin(cls, url: str) -> str:
        if not re.fullmatch(r"https?://[^/\s?#]+", url):
            raise ValueError("must be scheme and host, without a path or a slash at the end")
        return url
