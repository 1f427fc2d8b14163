"""The verifier as one file: a zip application of the package's own sources, which needs nothing else of ours."""

import io
from functools import cache
from importlib.resources import files
from zipfile import ZipFile, ZipInfo

MEDIA_TYPE = "application/zip"


@cache
def verifier() -> bytes:
    """The same bytes whenever and wherever they are made: names sorted, no times, nothing compressed."""
    package = files("rtp_verifier")
    sources = {f"verifier/{each.name}": each.read_bytes() for each in package.iterdir() if each.name.endswith(".py")}
    sources["__main__.py"] = b"import verifier.__main__\n"
    application = io.BytesIO()
    application.write(b"#!/usr/bin/env python3\n")
    with ZipFile(application, "w") as archive:
        for name, source in sorted(sources.items()):
            archive.writestr(ZipInfo(name), source)
    return application.getvalue()
