"""Puts markup, style and scripts in one HTML text that opens from disk, without a network."""

import base64
import hashlib
import html
import re
from collections.abc import Mapping, Sequence
from importlib.resources import files

SHARED = "digitdet.analysis"  # its folder web holds what all pages have


def assemble(
    package: str,
    scripts: Sequence[str],
    parts: Mapping[str, str],
    *,
    title: str,
    intro: str,
    images: str,
    more_style: str = "",
) -> str:
    """Make a page of the folder ``web`` of a package.

    Its content security policy lets nothing run or load but what the text holds, and pictures from
    where it is told.

    Args:
        package: Name of the package; its ``web`` holds ``page.html``, ``page.css`` and scripts.
        scripts: Names of the scripts, in the order in which the browser runs them.
        parts: Name -> markup that takes the place of ``{{name}}`` in ``page.html``.
        title: The page's heading.
        intro: Plain text below it; a line is a paragraph.
        images: Where pictures come from, as a policy says it.
        more_style: Rules beside those of ``page.css``.
    """
    style = _source(package, "page.css") + more_style
    sources = [_source(SHARED, "elements.js"), *(_source(package, f"{n}.js") for n in scripts)]
    script = '"use strict";\n(() => {\n' + "\n".join(sources) + "})();"
    policy = (
        f"default-src 'none'; img-src {images}; base-uri 'none'; form-action 'none'; "
        f"style-src '{_digest(style)}'; script-src '{_digest(script)}'"
    )
    lines = [f"<p>{html.escape(line)}</p>" for line in intro.split("\n") if line.strip()]
    head = {"title": html.escape(title), "intro": "\n".join(lines)}
    body = _fill(_source(package, "page.html"), {**head, **parts})
    return _fill(
        _source(SHARED, "frame.html"),
        {**head, "policy": policy, "style": style, "script": script, "body": body.rstrip("\n")},
    )


def _fill(template: str, parts: Mapping[str, str]) -> str:
    return re.sub(r"\{\{(\w+)\}\}", lambda match: parts[match[1]], template)


def _source(package: str, name: str) -> str:
    return (files(package) / "web" / name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
