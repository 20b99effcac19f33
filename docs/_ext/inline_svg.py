"""SVG pictures inside the pages, so that they have the page's colours and follow its switch between light and dark."""

from __future__ import annotations

import re
from html import escape
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform


class InlineSvg(SphinxTransform):
    """Put an SVG in place of the image that names it; alone, as on GitHub, it has colours of its own."""

    default_priority = 200

    def apply(self, **kwargs) -> None:
        """Replace every one."""
        for image in list(self.document.findall(nodes.image)):
            if image["uri"].endswith(".svg"):
                path = (Path(self.env.doc2path(self.env.docname)).parent / image["uri"]).resolve()
                self.env.note_dependency(path)
                picture = f'<span class="picture">{drawn(path, image.get("alt", ""))}</span>'
                image.replace_self(nodes.raw("", picture, format="html"))


def drawn(path: Path, alt: str) -> str:
    """Return the element without its own colours, with another description."""
    text = re.sub(r"<style>svg\{.*?</style>", "", path.read_text(encoding="utf-8"), count=1, flags=re.DOTALL)
    return re.sub(r'aria-label="[^"]*"', lambda _: f'aria-label="{escape(alt)}"', text, count=1).strip()


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the transform."""
    app.add_transform(InlineSvg)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
