"""Guides for developers, over HTTP: Markdown in this folder, whose code a test runs as it stands."""

from collections.abc import Mapping
from functools import cache
from html import escape
from importlib.resources import files

from fastapi import APIRouter, Request
from fastapi.responses import Response
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

from rtp_gateway.inbound.portal.pages import answer_kept, render_block, render_link, render_page
from rtp_shared.problems import NotFound

guide_pages = APIRouter(prefix="/guides", include_in_schema=False)

GUIDES: Mapping[str, str] = {
    "first-call": "A token, and a first answer",
    "people": "Who acts through your client: On-Behalf-Of, and what each person may do",
    "idempotency": "Writes that can be sent again",
    "paging": "Lists, cursors, filters",
    "concurrency": "ETag and If-Match, so that nobody overwrites anybody",
    "documents": "Files of a case: added, sent, fetched",
    "deadlines": "What is due when, and why on that day",
    "events": "What happened, from the feed or by webhook",
    "errors": "Problem documents, and what to do about them",
    "versioning": "What may change, and what your system has to bear",
}
"""By name, in the order in which a newcomer reads them: what each is about."""
_LANGUAGES = {"bash": "curl", "python": "Python", "typescript": "TypeScript"}


@guide_pages.get("")
async def list_guides(request: Request) -> Response:
    lines = "".join(
        f"<li>{render_link(f'/guides/{name}', read_title(name))}: {escape(about)}</li>"
        for name, about in GUIDES.items()
    )
    intro = (
        "<p>Each with code for curl (with jq), Python and TypeScript that runs as it stands. The "
        f"{render_link('/docs', 'reference')} has every operation.</p>"
    )
    return answer_kept(request, render_page("Guides", f"{intro}<ol>{lines}</ol>", back=("/", "Right to Provide")))


@guide_pages.get("/{name}")
async def show_guide(request: Request, name: str) -> Response:
    if name not in GUIDES:
        raise NotFound("there is no such guide")
    page = render_page(escape(read_title(name)), _render(name), back=("/guides", "Guides"))
    return answer_kept(request, page)


@cache
def read_guide(name: str) -> str:
    """Return a guide as it is written."""
    return (files(__package__) / f"{name}.md").read_text(encoding="utf-8")


def read_title(name: str) -> str:
    return read_guide(name).partition("\n")[0].removeprefix("# ")


@cache
def _render(name: str) -> str:
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    markdown.add_render_rule("fence", _render_fence)
    rendered: str = markdown.render(read_guide(name).partition("\n")[2])
    return rendered


def _render_fence(_: RendererHTML, tokens: list[Token], place: int, *__: object) -> str:
    language = _LANGUAGES.get(tokens[place].info, tokens[place].info)
    label = f"{language} code, {place}"
    return f'<p class="language">{escape(language)}</p>{render_block(label, tokens[place].content)}'
