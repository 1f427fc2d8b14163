"""What hangs on the cases of a page, as each case's own read shows it to the same caller.

However many cases there are, it is one statement for the cases, and one more each for names and for documents.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from rtp_applications.access_log.reads import PersonalDataReads
from rtp_applications.cases.context import CommandContext
from rtp_applications.cases.store import read_snapshots
from rtp_applications.cases.views import build_view
from rtp_applications.deadlines.rules.days import civil_date
from rtp_applications.documents.queries import WithNewest, list_documents_of_cases
from rtp_applications.documents.rules import find_sight
from rtp_applications.documents.views import build_line
from rtp_applications.parties.queries import list_names_of_cases
from rtp_applications.parties.reads import note_names
from rtp_applications.parties.views import build_party_views
from rtp_applications.search.schemas import CasePart
from rtp_applications.workflow.snapshot import CaseSnapshot

MOST_CASES = 50
MOST_DOCUMENTS = 20
Parts = dict[str, Any]
"""By the name on the wire of the field of a line."""


async def expand(
    context: CommandContext, case_ids: Sequence[UUID], parts: Collection[CasePart], reads: PersonalDataReads
) -> Mapping[UUID, Parts]:
    """Return by case the parts that are asked for, as far as the caller may see them; note whose names they tell."""
    found = defaultdict[UUID, Parts](dict)
    readers = context.caller.identities
    cases = await read_snapshots(context.session, case_ids, readers=readers, now=context.now)
    for case_id, snapshot in cases.items():
        view = build_view(snapshot, context.caller, context.get_process(snapshot), context.now)
        if CasePart.DEADLINES in parts:
            found[case_id][CasePart.DEADLINES] = view.deadlines
        if CasePart.ALLOWED_ACTIONS in parts:
            found[case_id][CasePart.ALLOWED_ACTIONS] = view.allowed_actions
    if CasePart.PARTIES in parts:
        names, today = await list_names_of_cases(context.session, case_ids), civil_date(context.now)
        for case_id, snapshot in cases.items():
            found[case_id][CasePart.PARTIES] = shown = build_party_views(snapshot, names, context.caller, today)
            note_names(reads, snapshot.case, shown)
    if CasePart.DOCUMENTS in parts:
        for case_id, documents in (await _list_documents(context, cases)).items():
            lines = [build_line(*each) for each in documents[:MOST_DOCUMENTS]]
            found[case_id] |= {CasePart.DOCUMENTS: lines, "moreDocuments": len(documents) > MOST_DOCUMENTS}
    return found


async def _list_documents(
    context: CommandContext, cases: Mapping[UUID, CaseSnapshot]
) -> Mapping[UUID, Sequence[WithNewest]]:
    sights = {case_id: find_sight(each, context.caller, context.now) for case_id, each in cases.items()}
    found = {case_id: list[WithNewest]() for case_id in cases}
    for each in await list_documents_of_cases(context.session, sights, most=MOST_DOCUMENTS):
        found[each[0].case_id].append(each)
    return found
