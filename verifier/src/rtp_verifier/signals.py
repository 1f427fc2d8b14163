"""Events as FHIR R4 Bundles, as the NHS Multicast Notification Service sends its signals."""

from typing import Any

from .errors import NotAnEvent

_CHAINED = ("partitionkey", "sequence", "previoushash", "eventhash", "erasedat")


def extract_thin_event(bundle: dict[str, Any]) -> dict[str, Any]:
    """Return the thin event of a signal, as far as the signal has it. Raises NotAnEvent."""
    try:
        parameters = {each["name"]: each for each in bundle["entry"][0]["resource"]["parameter"]}
        context = {each["name"]: each for each in parameters["additional-context"]["part"]}
        (chain,) = parameters["notification-event"]["extension"]
        chained = {each["url"]: each["valueString"] for each in chain["extension"] if each["url"] in _CHAINED}
        source = context["source"]["valueUri"]
        service = source.removesuffix("/drafts").rpartition("/")[2]
        kind, _, version = context["event-type"]["valueString"].removeprefix(f"rtp-{service}-").rpartition("-")
        subject = context["subject"]["valueReference"]["identifier"]["value"]
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        raise NotAnEvent("a FHIR Bundle, but no signal of the platform") from error
    return {
        "specversion": "1.0",
        "id": bundle.get("id"),
        "source": source,
        "type": f"org.righttoprovide.{service}.{kind}.v{version}",
        "subject": subject,
        "time": bundle.get("timestamp"),
        **chained,
    }
