"""Draws charts: `python -m persona_store.draw` reads {kind, specs} and writes the pictures, each as base64, as a list.

Nothing heavy is imported here, so the process starts in a moment; nothing is fetched from anywhere.
"""

import json
import sys
from base64 import b64encode
from collections.abc import Sequence
from typing import Any, Literal

import vl_convert

Kind = Literal["png", "svg"]

PNG_SCALE = 2.0  # sharp on a phone
LOCALES: dict[str, Literal["de-DE", "en-US"]] = {"de": "de-DE", "en": "en-US"}


def draw(kind: Kind, specs: Sequence[dict[str, Any]]) -> list[bytes]:
    """The charts as pictures, the text of an SVG as text; holds Python's lock as long as it takes."""
    return [_draw(kind, spec) for spec in specs]


def _draw(kind: Kind, spec: dict[str, Any]) -> bytes:
    locale = LOCALES[spec["usermeta"]["language"]]
    if kind == "svg":
        return vl_convert.vegalite_to_svg(spec, format_locale=locale, allowed_base_urls=[]).encode()
    return vl_convert.vegalite_to_png(spec, scale=PNG_SCALE, format_locale=locale, allowed_base_urls=[])


def main() -> None:
    """Draws what stands on standard input."""
    pictures = draw(**json.load(sys.stdin.buffer))
    json.dump([b64encode(picture).decode() for picture in pictures], sys.stdout)


if __name__ == "__main__":
    main()
