"""The sweep again, where each query has forgotten to ask who reads: row-level security alone keeps what is secret."""

from collections import Counter
from collections.abc import Iterator
from contextlib import nullcontext

import pytest

from rtp_applications.search.listing import Question, list_cases
from rtp_applications.search.orders import CaseOrder
from rtp_shared.db import Database
from tests.sweep.answers import Asker, read_text
from tests.sweep.blindfold import Blindfold, blindfold
from tests.sweep.operations import Operation
from tests.sweep.oracle import is_told_gone, may_know, was_told
from tests.sweep.population import WORD, Population
from tests.sweep.test_mentions import CHANGES, MARK, ask_everything

pytestmark = pytest.mark.anyio
KINDS = ("group", "another group", "officers", "officers of another body", "adviser", "former adviser", "central team")
"""Each stands elsewhere in a case. Others see no more than one of these."""


@pytest.fixture(params=["applications", "advice-matching", "finance-directory"])
def forgetting(population: Population, request: pytest.FixtureRequest) -> Iterator[Blindfold]:
    """The service whose queries forget."""
    with blindfold(population.platform.runtimes[request.param].database) as made:
        yield made


@pytest.mark.parametrize("name", KINDS)
async def test_row_level_security_alone_mentions_nothing(
    population: Population, operations: list[Operation], asker: Asker, forgetting: Blindfold, name: str
) -> None:
    client = population.clients[name]
    hidden = [each for each in population.things if not may_know(client, each) and not was_told(client, each)]
    secret = {word: thing.name for thing in hidden for word in thing.words}
    gone = {word for thing in population.things if is_told_gone(client, thing) for word in thing.words}
    told: Counter[tuple[str, str]] = Counter()
    answered = 0
    async for answer in ask_everything(population, operations, asker, client):
        path = answer.request.url.path
        words = set(WORD.findall(read_text(answer))) & secret.keys()
        words -= gone if path == CHANGES else set()
        told.update((f"{answer.request.method} {path}", secret[word]) for word in words)
        assert answer.status_code < 500, f"{answer.request.method} {path}: {answer.text}"
        answered += answer.is_success
    assert not told, f"{len(told)} answers tell: {told.most_common(5)}"
    assert answered > 50
    assert forgetting.left_out


@pytest.mark.parametrize("name", KINDS)
async def test_no_words_find_what_row_level_security_keeps(population: Population, name: str) -> None:
    """The index of words is asked by a function that no policy holds back; the policy's condition stands in it."""
    client = population.clients[name]
    with blindfold(population.platform.runtimes["applications"].database) as forgetting:
        for thing in population.rich:
            for word in filter(MARK.fullmatch, thing.words if not may_know(client, thing) else ()):
                answer = (await client.api.get("/v1/cases", params={"q": word, "count": "true"})).json()
                assert (answer["items"], answer["count"]["cases"]) == ([], 0), thing.name
    assert any("search_entries" in each or "found" in each for each in forgetting.left_out)


async def test_where_no_policy_holds_a_query_that_forgets_shows_all(population: Population) -> None:
    """That the sweep is one without filters: the tables' owner, whom nothing else holds back, is shown a draft."""
    runtime, draft = population.platform.runtimes["applications"], population.draft.parameters["case_id"]
    owner = runtime.database.url.set(username=runtime.service.get_role("owner"))
    database = Database(owner.render_as_string(hide_password=False), pool_size=1)
    stranger = population.clients["officers of another body"]
    question = Question(sorted(stranger.identities), {}, CaseOrder.CHANGED)
    shown = []
    for forgets in (False, True):
        async with database.transaction(question.readers, read_only=True) as session:
            with blindfold(database) if forgets else nullcontext():
                shown.append({str(each.id) for each in await list_cases(session, question, limit=500)})
    await database.close()
    assert (draft in shown[0], draft in shown[1]) == (False, True)
