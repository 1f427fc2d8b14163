"""A diagram of the way of an event, from the service that publishes it to those who receive it."""

from html import escape

_TITLE = "The way of an event"
_WORDS = (
    "The services publish events to the exchange rtp.events. The gateway takes them from there and gives each event "
    "to the subscribers that may see it: by webhook, in FHIR form, into a queue of their own, or from the feed."
)
_WIDTH, _HIGH = 344, 44


def draw_channels() -> str:
    """Draw an inline SVG that uses the colour of the text around it."""
    ways = [("Webhook", "CloudEvents"), ("Webhook", "FHIR R4"), ("RabbitMQ", "own queue"), ("Feed, stream", "pull")]
    width = 80
    columns = [(8 + at * (width + 8), *way) for at, way in enumerate(ways)]
    boxes = [
        _draw_box(8, 8, _WIDTH, "Services", "applications, advice-matching, finance-directory"),
        _draw_box(8, 92, _WIDTH, "Exchange rtp.events", "RabbitMQ, topic, routing key = type"),
        _draw_box(8, 176, _WIDTH, "Gateway", "who may see it, signatures, retries, order per case"),
        *(_draw_box(x, 260, width, name, text) for x, name, text in columns),
        _draw_box(8, 344, _WIDTH, "Subscribers", "councils, health trusts, staff groups, their systems"),
    ]
    arrows = [_draw_arrow(180, 52), _draw_arrow(180, 136), *(_draw_arrow(x + width / 2, 220) for x, _, _ in columns)]
    # The feed is asked for: its arrow is the subscriber's.
    arrows += [_draw_arrow(x + width / 2, 304, asked=name.startswith("Feed")) for x, name, _ in columns]
    return (
        '<svg viewBox="0 0 360 396" role="img" aria-labelledby="way-title way-words" font-family="sans-serif">'
        f'<title id="way-title">{_TITLE}</title><desc id="way-words">{_WORDS}</desc>{"".join([*boxes, *arrows])}</svg>'
    )


def _draw_box(x: float, y: float, width: float, name: str, text: str) -> str:
    middle = x + width / 2
    return (
        f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{_HIGH}" rx="4" fill="none" stroke="currentColor"/>'
        f'<text x="{middle:g}" y="{y + 19:g}" font-size="12" font-weight="bold" text-anchor="middle" '
        f'fill="currentColor">{escape(name)}</text>'
        f'<text x="{middle:g}" y="{y + 35:g}" font-size="11" text-anchor="middle" fill="currentColor">'
        f"{escape(text)}</text>"
    )


def _draw_arrow(x: float, y: float, *, asked: bool = False) -> str:
    """Draw an arrow down over the gap between two boxes; `asked`: up and dashed, for what subscribers pull."""
    start, end, head = (y + 38, y + 4, 6) if asked else (y + 2, y + 36, -6)
    dashes = ' stroke-dasharray="4 3"' if asked else ""
    return (
        f'<line x1="{x:g}" y1="{start:g}" x2="{x:g}" y2="{end:g}" stroke="currentColor"{dashes}/>'
        f'<path d="M{x - 4:g} {end + head:g}L{x:g} {end:g}L{x + 4:g} {end + head:g}" fill="none" '
        'stroke="currentColor"/>'
    )
