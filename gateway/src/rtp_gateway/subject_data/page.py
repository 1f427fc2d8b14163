"""What is kept of one person, as a page that a person can read."""

from html import escape
from typing import Any

from fastapi.responses import HTMLResponse

from rtp_gateway.inbound.portal.pages import render_list, render_page, render_table
from rtp_shared.contracts.subject_data import SubjectDataExport, SubjectRecord


def render_export(export: SubjectDataExport) -> HTMLResponse:
    """Render the export: what it is, then each record with its fields."""
    partly = "" if export.complete else "<p>Others may hold more, for whom this client does not answer: ask those.</p>"
    rights = "".join(f"<li>{escape(each)}</li>" for each in export.rights)
    withheld = render_table(
        ["What is not shown", "How many", "Why"],
        ([escape(each.kind), str(each.count), escape(each.reason)] for each in export.withheld),
    )
    body = (
        f"<p>Made on {export.made_at:%d %B %Y at %H:%M} UTC.</p><p>{escape(export.purposes)}</p>{partly}"
        f"<h2>What you may ask for</h2><ul>{rights}</ul>"
        + "".join(_render_record(each) for each in export.records)
        + (withheld if export.withheld else "")
    )
    answer = render_page(f"What is kept of {escape(export.reference)}", body)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _render_record(record: SubjectRecord) -> str:
    fields = [(escape(name), _render_value(value)) for name, value in record.content.items() if value is not None]
    about = [
        ("Where it came from", escape(record.source)),
        ("Who may read it, or was sent it", "; ".join(map(escape, record.recipients))),
        ("How long it is kept", escape(record.kept)),
    ]
    of_case = f" of case {record.case_id}" if record.case_id else ""
    return f"<h2>{escape(record.kind.capitalize())}{of_case}</h2>{render_list([*fields, *about])}"


def _render_value(value: Any) -> str:
    if isinstance(value, dict):
        return render_list((escape(name), _render_value(each)) for name, each in value.items() if each is not None)
    if isinstance(value, list):
        return "<ul>" + "".join(f"<li>{_render_value(each)}</li>" for each in value) + "</ul>"
    return escape(str(value))
