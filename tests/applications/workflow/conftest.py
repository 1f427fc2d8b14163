"""Every test of the workflow may take any action: the modules of all stages have said how."""

from tests.applications.workflow.registered import import_stages

import_stages()
