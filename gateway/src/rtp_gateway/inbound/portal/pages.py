"""The look of every page of the portal: no script, nothing from elsewhere, readable on a phone."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from html import escape

from fastapi import Request
from fastapi.responses import HTMLResponse, Response

POLICY = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'"

_STYLE = """
:root { color-scheme: light dark }
body { font-family: sans-serif; line-height: 1.5; max-width: 50em; margin: 2em auto; padding: 0 1em;
  overflow-wrap: anywhere }
h1 { font-size: 1.6em; line-height: 1.2 } h2 { font-size: 1.2em; margin-top: 2em }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; vertical-align: top; padding: .4em .8em .4em 0; border-bottom: 1px solid #8886 }
th { white-space: nowrap } td:not(:last-child) { overflow-wrap: normal }
pre { overflow-x: auto; overflow-wrap: normal; padding: .8em; border: 1px solid #8886; font-size: .85em }
dt { font-weight: bold } dd { margin: 0 0 .6em }
details { border-bottom: 1px solid #8886; padding: .5em 0 } summary { cursor: pointer }
summary h2 { display: inline; margin: 0 } details li { margin: .5em 0 }
input, button { font: inherit; padding: .3em .6em }
.call { font-size: 1.1em } .language { margin: 0; font-size: .85em; font-weight: bold }
.warning { border-left: .4em solid #d4351c; padding: .2em .8em }
svg { width: 100%; max-width: 32em; height: auto }
@media (max-width: 40em) {
  table, tbody, tr, td { display: block } thead { display: none }
  tr { border-bottom: 1px solid #8886; padding: .4em 0 }
  td, td:not(:last-child) { border: 0; padding: 0; overflow-wrap: anywhere }
  td::before { content: attr(data-label) ": "; font-weight: bold }
}
"""

_PAGE = """<!doctype html>
<html lang="en-GB"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title><style>{style}</style></head><body>
{back}<main><h1>{title}</h1>{body}</main></body></html>
"""


def render_page(title: str, body: str, *, back: tuple[str, str] | None = None) -> HTMLResponse:
    """Render a page. `title` and `body` are HTML; `back`: address and name of the page above it."""
    above = f'<nav><a href="{back[0]}">{back[1]}</a></nav>' if back else ""
    text = _PAGE.format(title=title, style=_STYLE, back=above, body=body)
    return HTMLResponse(text, headers={"Content-Security-Policy": POLICY})


def answer_kept(request: Request, answer: Response) -> Response:
    """Return the answer with an ETag of its content, or 304 to whoever has that already. Browsers ask each time."""
    etag = f'"{hashlib.sha256(answer.body).hexdigest()[:32]}"'
    kept = {"ETag": etag, "Cache-Control": "no-cache"}
    answer.headers.update(kept)
    asked = {each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")}
    return Response(status_code=304, headers=kept) if asked & {etag, "*"} else answer


def render_table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Render a table of cells that are HTML; on a narrow screen each row stands below the other, every cell named."""
    head = "".join(f'<th scope="col" role="columnheader">{each}</th>' for each in heads)
    lines = "".join(f'<tr role="row">{_render_cells(heads, row)}</tr>' for row in rows)
    return (
        f'<table role="table"><thead role="rowgroup"><tr role="row">{head}</tr></thead>'
        f'<tbody role="rowgroup">{lines}</tbody></table>'
    )


def _render_cells(heads: Sequence[str], row: Sequence[str]) -> str:
    pairs = zip(heads, row, strict=True)
    return "".join(f'<td role="cell" data-label="{head}">{cell}</td>' for head, cell in pairs)


def render_list(named: Iterable[tuple[str, str]]) -> str:
    """Render names, each with its text; both are HTML."""
    return "<dl>" + "".join(f"<dt>{name}</dt><dd>{text}</dd>" for name, text in named) + "</dl>"


def render_block(label: str, text: str) -> str:
    """Render preformatted text that can be scrolled by keyboard."""
    return f'<pre tabindex="0" role="region" aria-label="{escape(label)}">{escape(text)}</pre>'


def render_code(text: str) -> str:
    return f"<code>{escape(text)}</code>"


def render_prose(text: str) -> str:
    """Render text as HTML, in which text between backticks is code."""
    return re.sub("`([^`]+)`", r"<code>\1</code>", escape(text))


def render_link(path: str, text: str) -> str:
    return f'<a href="{escape(path)}">{escape(text)}</a>'
