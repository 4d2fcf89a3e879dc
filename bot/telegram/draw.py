"""A process that draws one chart: `python -m bot.telegram.draw` reads {spec, scale, locale}, writes a PNG.

Nothing heavy is imported here, so it starts in a moment; nothing is fetched from anywhere.
"""

import json
import sys

import vl_convert


def main() -> None:
    """Draws what stands on standard input."""
    wanted = json.load(sys.stdin.buffer)
    png = vl_convert.vegalite_to_png(
        wanted["spec"], scale=wanted["scale"], format_locale=wanted["locale"], allowed_base_urls=[]
    )
    sys.stdout.buffer.write(png)


if __name__ == "__main__":
    main()
