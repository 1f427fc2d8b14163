"""The applications service."""

from rtp_applications import migrations, routes
from rtp_applications.load import load_reference_data
from rtp_applications.models import Model
from rtp_shared.service import Service

service = Service(
    name="applications",
    title="Applications",
    description="Cases of staff groups, from the first idea to launch, and the public bodies they concern.",
    routers=[routes.cases, routes.bodies],
    metadata=Model.metadata,
    migrations=migrations,
    load_reference_data=load_reference_data,
)
