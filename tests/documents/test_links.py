"""Links between README.md and the pages lead somewhere; every page is listed."""

import re
from pathlib import Path

import pytest

from documents.commands import ROOT, pages

LINK = re.compile(r"\]\((?!https?:)([^)#\s]*)(?:#([^)\s]*))?\)")
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


def anchors(text: str) -> set[str]:
    """What a forge calls the headings: lower case, no signs, hyphens for blanks."""
    headings = re.findall(r"^#+ +(.*)$", FENCE.sub("", text), re.MULTILINE)
    bare = [re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading).lower() for heading in headings]
    return {re.sub(r"[^\w\- ]", "", heading).replace(" ", "-") for heading in bare}


def dead_links(page: Path) -> list[str]:
    """The links of a page that lead to no file, or to no heading of a page."""
    found = []
    for target, anchor in LINK.findall(FENCE.sub("", page.read_text(encoding="utf-8"))):
        file = page.parent / target if target else page
        if not file.exists() or (anchor and anchor not in anchors(file.read_text("utf-8"))):
            found.append(f"{target}#{anchor}" if anchor else target)
    return found


def test_a_page_without_links_has_no_dead_ones(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Nothing\n")
    assert dead_links(page) == []


def test_links_to_no_file_and_no_heading_are_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "# Here, and `there`\n\n[a](#here-and-there) [b](#nowhere) [c](gone.md) [d](page.md#gone)\n"
        "[e](https://example.org/gone.md)\n\n```\n# no heading\n[f](code.md)\n```\n"
    )
    assert dead_links(page) == ["#nowhere", "gone.md", "page.md#gone"]


@pytest.mark.parametrize("page", [str(page.relative_to(ROOT)) for page in pages()])
def test_no_link_of_a_page_is_dead(page: str) -> None:
    assert dead_links(ROOT / page) == []


def test_readme_and_the_front_page_name_every_page() -> None:
    names = {page.name for page in (ROOT / "docs").glob("*.md")} - {"index.md"}
    front = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert {name for name in names if f"]({name})" not in front} == set()
    assert {name for name in names if f"](docs/{name})" not in readme} == set()
