"""The pieces that the charts are drawn with: SVG as text, escaped, coloured by classes of ``static/kit.css``.

A hue is a name of ``exchange.web.hues``, or ``brand`` for what belongs to no institute. Every hue but the first fills
its boxes with a pattern of its own, so that two series differ without colour too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from markupsafe import Markup, escape

from exchange.web.hues import HUES

if TYPE_CHECKING:
    from collections.abc import Iterable

BRAND: Final = "brand"
SOLID: Final = frozenset({BRAND, HUES[0]})
LETTER_WIDTH: Final = 7.8  # of an average letter at 13 px

# A tile of 8 by 8 units for each patterned hue, drawn on the hue's soft ground.
_TILES: Final = {
    "us": '<path class="stroke" d="M-2 2 2 -2M-2 10 10 -2M6 10 10 6" stroke-width="3.2"/>',
    "plum": '<circle class="dot" cx="2" cy="2" r="1.7"/><circle class="dot" cx="6" cy="6" r="1.7"/>',
    "olive": '<path class="stroke" d="M0 2H8M0 6H8" stroke-width="1.8"/>',
    "slate": '<path class="stroke" d="M2 0V8M6 0V8" stroke-width="1.8"/>',
    "rose": '<path class="stroke" d="M-2 6 2 10M-2 -2 10 10M6 -2 10 2" stroke-width="2"/>',
    "ocean": '<path class="stroke" d="M0 0 8 8M8 0 0 8" stroke-width="1.4"/>',
    "umber": '<path class="stroke" d="M0 4H8M4 0V8" stroke-width="1.6"/>',
    "violet": '<path class="stroke" d="M0 6 2 2 4 6 6 2 8 6" stroke-width="1.6"/>',
    "moss": '<circle class="stroke" cx="4" cy="4" r="2.4" stroke-width="1.4"/>',
}


class Drawing:
    """One SVG in the making. ``uid`` is unique on the page and heads the ids inside; ``stretched`` fills any place."""

    def __init__(self, uid: str, width: float, height: float, kind: str = "", *, stretched: bool = False) -> None:
        self.uid = uid
        self.width = width
        self.height = height
        self._kind = f"chart {kind}".strip()
        self._stretched = stretched
        self._parts: list[str] = []
        self._hues: dict[str, None] = {}

    def line(self, kind: str, start: tuple[float, float], end: tuple[float, float]) -> None:
        """A line from one place to another."""
        (x1, y1), (x2, y2) = start, end
        self._parts.append(f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>')

    def text(self, x: float, y: float, words: str, kind: str = "", anchor: str = "start") -> None:
        """Words on a line at ``y`` that begin, stand about or end at ``x`` (anchor start, middle, end)."""
        of_kind = f' class="{kind}"' if kind else ""
        place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
        self._parts.append(f"<text{of_kind} {place}>{escape(words)}</text>")

    def ground(self, kind: str, x: float, y: float, width: float, height: float) -> None:
        """A plain box that means nothing by itself: what a bar stands on."""
        place = f'x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"'
        self._parts.append(f'<rect class="{kind}" {place} rx="2"/>')

    def box(self, hue: str, x: float, y: float, width: float, height: float, hint: str = "") -> None:
        """A box in the colour and the pattern of a hue; ``hint`` shows when the pointer rests on it."""
        self._hues[hue] = None
        place = f'x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"'
        fill = "" if hue in SOLID else f' fill="url(#{self.uid}-{hue})"'
        kind = f"{hue} mark-box{' solid' if hue in SOLID else ''}"
        inside = f"<title>{escape(hint)}</title>" if hint else ""
        self._parts.append(f'<rect class="{kind}" {place}{fill}>{inside}</rect>')

    def disc(self, hue: str, x: float, y: float, radius: float, kind: str = "") -> None:
        """A filled circle."""
        of_kind = f"{hue} dot {kind}".strip()
        self._parts.append(f'<circle class="{of_kind}" cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}"/>')

    def finished(self, title: str, description: str) -> Markup:
        """The whole as a picture with a name and a description, for a screen reader too."""
        named = f'role="img" aria-labelledby="{self.uid}-title {self.uid}-said"'
        words = (
            f'<title id="{self.uid}-title">{escape(title)}</title>'
            f'<desc id="{self.uid}-said">{escape(description)}</desc>'
        )
        return self._svg(self._kind, named, words)

    def swatch(self) -> Markup:
        """The whole as a small mark beside the words that name it."""
        return self._svg(f"{self._kind} sw", 'aria-hidden="true"', "")

    def _svg(self, kind: str, named: str, words: str) -> Markup:
        shape = ' preserveAspectRatio="none"' if self._stretched else ""
        head = f'<svg class="{kind}" viewBox="0 0 {self.width:g} {self.height:g}"{shape} {named}>'
        parts = "".join((head, words, *self._patterns(), *self._parts, "</svg>"))
        return Markup(parts)  # noqa: S704  (all words in the parts went through escape)

    def _patterns(self) -> Iterable[str]:
        for hue in self._hues:
            if hue not in SOLID:
                size = 'width="8" height="8"'
                tile = f'<rect class="ground" {size}/>{_TILES[hue]}'
                yield (
                    f'<defs><pattern id="{self.uid}-{hue}" class="{hue}" {size} patternUnits="userSpaceOnUse">'
                    f"{tile}</pattern></defs>"
                )


def swatch(uid: str, hue: str) -> Markup:
    """A small box in a hue, for a key."""
    drawing = Drawing(uid, 16, 16)
    drawing.box(hue, 1, 1, 14, 14)
    return drawing.swatch()


def number(value: float) -> str:
    """A figure in a drawing: no more than two decimals, none when it is whole."""
    whole, _, decimals = f"{value:,.2f}".partition(".")
    decimals = decimals.rstrip("0")
    return f"{whole}.{decimals}" if decimals else whole
