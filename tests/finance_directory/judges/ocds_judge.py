"""Ask libcoveocds what is wrong in a package, in a process of its own: it warns, and its licence is the AGPL.

    python ocds_judge.py STANDARD.zip PACKAGE.json

writes the paths that are not valid by the standard's own schema as JSON, and the codes that are on none of its lists.
"""

import json
import sys
import tempfile
import warnings
from pathlib import Path

warnings.simplefilter("ignore")


def main(standard: str, package: str) -> None:
    from libcoveocds.api import ocds_json_output
    from libcoveocds.config import LibCoveOCDSConfig

    config = LibCoveOCDSConfig()
    config.config["standard_zip"] = Path(standard).resolve().as_uri()
    config.config["context"] = "api"
    with tempfile.TemporaryDirectory() as folder:
        found = ocds_json_output(folder, package, lib_cove_ocds_config=config, record_pkg=False)
    paths = [error["path"] for error in found["validation_errors"]]
    codes = [value for each in found["additional_closed_codelist_values"].values() for value in each["values"]]
    sys.stdout.write(json.dumps({"version": found["version_used"], "paths": paths, "codes": sorted(codes)}))


if __name__ == "__main__":
    main(*sys.argv[1:])
