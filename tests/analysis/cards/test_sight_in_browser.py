from pathlib import Path

import pytest

from .browser import DESKTOP, PHONE, Browser

pytestmark = pytest.mark.browser

# Contrasts as WCAG 2.2 computes them, of what is seen in the page: of each text with the nearest
# ground below it, and of the edges of each field and button.
CONTRASTS = """
const luminance = (color) => {
  const [r, g, b] = color.match(/[\\d.]+/g).map((v) => {
    const c = v / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const contrast = (one, other) => {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
};
const isClear = (color) => color === "rgba(0, 0, 0, 0)";
const ground = (e) => {
  const color = getComputedStyle(e).backgroundColor;
  return isClear(color) && e.parentElement ? ground(e.parentElement) : color;
};
const style = (e) => getComputedStyle(e);
const found = [];
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
for (let node; (node = walker.nextNode()); ) {
  const e = node.parentElement;
  if (!node.data.trim() || !e.checkVisibility() || e.closest("script, .hidden, option")) continue;
  if (e.matches("text")) {
    const plate = e.parentElement.querySelector(".plate");
    found.push([e.textContent, contrast(style(e).fill, style(plate).fill), 4.5]);
  } else if (!e.matches(":disabled")) {
    found.push([e.textContent, contrast(style(e).color, ground(e)), 4.5]);
  }
}
for (const e of document.querySelectorAll("button:enabled, select, input[type=search]")) {
  found.push([`edge of ${e.id}`, contrast(style(e).borderTopColor, ground(e.parentElement)), 3]);
}
for (const line of document.querySelectorAll(".overlay .line")) {
  const halo = line.previousElementSibling;
  found.push([line.parentElement.getAttribute("class"),
    contrast(style(line).stroke, style(halo).stroke), 3]);
}
for (const e of document.querySelectorAll(".lacking")) {
  found.push(["a missing digit", contrast(style(e).outlineColor, ground(e)), 3]);
}
return found;
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_texts_and_lines_stand_out_from_their_ground(
    browser: Browser, page: Path, scheme: str
) -> None:
    browser.open(page, hash_="#true=all&found=all")
    browser.emulate(prefers_color_scheme=scheme)
    browser.run("document.getElementById('panel').open = true")
    found = browser.run(CONTRASTS)
    assert len(found) > 100
    weak = [(text, round(ratio, 2)) for text, ratio, least in found if ratio < least]
    assert weak == []


def test_the_dark_page_is_dark(browser: Browser, page: Path) -> None:
    browser.open(page)
    grounds = []
    for scheme in ("light", "dark"):
        browser.emulate(prefers_color_scheme=scheme)
        color = browser.run("return getComputedStyle(document.body).backgroundColor")
        grounds.append(sum(map(int, color.strip("rgb()").split(","))))
    assert grounds[0] > 600 > 150 > grounds[1]


def test_kinds_of_boxes_differ_without_colour(browser: Browser, page: Path) -> None:
    browser.open(page, hash_="#true=all&found=all")
    looks = browser.run("""
        return [...document.querySelectorAll('g.label')].map((label) => {
          const name = label.getAttribute('class').replace('label ', '');
          const line = document.querySelector(`g[class="${name}"] .line`);
          const { strokeDasharray, strokeWidth } = getComputedStyle(line);
          return [name, strokeDasharray + strokeWidth, label.textContent.replace(/[0-9. ]/g, '')];
        })""")
    by_name = {name: (line, letter) for name, line, letter in looks}
    read, missed = {"found read", "found error read"}, {"truth", "truth missed"}
    assert set(by_name) == read | missed | {"found weak unread"}
    assert len(set(by_name.values())) == len(by_name)


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_nothing_moves(browser: Browser, page: Path, size: tuple[int, int]) -> None:
    browser.open(page, size=size)
    browser.emulate(prefers_reduced_motion="reduce")
    moving = browser.run("""
        return [...document.querySelectorAll('*')].filter((e) => {
          const s = getComputedStyle(e);
          return s.animationName !== 'none' || parseFloat(s.transitionDuration) > 0
            || s.scrollBehavior === 'smooth';
        }).length""")
    assert moving == 0


def test_what_a_finger_touches_is_large_enough(browser: Browser, page: Path) -> None:
    browser.open(page, size=PHONE)
    browser.run("document.getElementById('panel').open = true")
    small = browser.run("""
        const touched = 'button, select, summary, input[type=search], label.check';
        return [...document.querySelectorAll(touched)].filter((e) => e.checkVisibility()).filter(
          (e) => e.getBoundingClientRect().height < 44 || e.getBoundingClientRect().width < 44
        ).map((e) => e.outerHTML)""")
    assert small == []


def test_each_field_and_region_has_a_name(browser: Browser, page: Path) -> None:
    browser.open(page)
    nodes = browser.driver.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
    seen = [
        (node["role"]["value"], node.get("name", {}).get("value", ""))
        for node in nodes
        if not node["ignored"]
    ]
    roles = {"checkbox", "combobox", "searchbox", "button", "group", "region", "navigation"}
    roles |= {"article", "image", "heading"}
    assert roles <= {role for role, _ in seen}
    assert [role for role, name in seen if role in roles and not name.strip()] == []
    assert ("article", "right picture 2 a photo.png") in seen
    headings = browser.run("return [...document.querySelectorAll('main h2, main h3')].length")
    assert headings == 2 + 4


def test_a_print_holds_the_cards_and_no_controls(browser: Browser, page: Path) -> None:
    browser.open(page)
    browser.emulate(media="print")
    assert not browser.one(".panel").is_displayed()
    assert not browser.one("nav").is_displayed()
    assert len([card for card in browser.all(".card") if card.is_displayed()]) == 4
