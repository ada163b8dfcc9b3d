"""The file store of production where it is an S3-compatible one."""

from __future__ import annotations

from typing import Any

from botocore.config import Config

PATIENCE = {"connect_timeout": 5, "read_timeout": 30, "retries": {"max_attempts": 3, "mode": "standard"}}


def s3(given: dict[str, str]) -> dict[str, Any]:
    """Django's entry for it. Nothing in it is public: every file goes through the portal. Other makers' stores want the bucket
    in the path, and know none of the newer checksums."""
    config = Config(
        signature_version="s3v4", s3={"addressing_style": "path" if given["S3_ENDPOINT"] else "auto"},
        request_checksum_calculation="when_required", response_checksum_validation="when_required", **PATIENCE)
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": {
        "bucket_name": given["S3_BUCKET"], "endpoint_url": given["S3_ENDPOINT"] or None, "region_name": given["S3_REGION"] or None,
        "access_key": given["S3_ACCESS_KEY"], "secret_key": given["S3_SECRET_KEY"], "client_config": config,
        "file_overwrite": False, "default_acl": None, "querystring_auth": True, "max_memory_size": 2 * 1024 * 1024,
    }}
