"""What is wrong with a page, whatever it is about."""

import re
from typing import Any, Final

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from subsidy.locale import catalogue
from tests.journeys.person import DESKTOP, PHONE

ROOMS: Final = "|".join(sorted({key.partition(".")[0] for key in catalogue()}))
UNFILLED: Final = re.compile(rf"\b(?:{ROOMS})\.[a-z_]{{3,}}\b|\{{[a-z_]+\}}")
"""A key without its words, a placeholder without its value."""
CHINESE: Final = re.compile(r"[\u4e00-\u9fff]")

AXE: Final = Axe()
STANDARD: Final = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"],
    "resultTypes": ["violations"],
    "preload": False,
}
"""What axe-core holds a page to: WCAG 2.1 on its levels A and AA."""

LOOK: Final = """() => {
  const all = (selector) => [...document.querySelectorAll(selector)]
  const said = (element) => element.innerText.trim()
  const named = (element) => element.textContent.trim() || element.getAttribute("aria-label")
  const ids = all("[id]").map((element) => element.id)
  const levels = all("h1, h2, h3, h4").map((element) => Number(element.tagName[1]))
  const fields = all("input:not([type=hidden]), select, textarea")
  const referring = all("[aria-describedby], [aria-labelledby]")
  const refers = (element) => (element.getAttribute("aria-describedby") ?? "").split(/\\s+/)
    .concat((element.getAttribute("aria-labelledby") ?? "").split(/\\s+/)).filter(Boolean)
  const foreign = (element) => element.closest("[lang]") !== document.documentElement
  return {
    lang: document.documentElement.lang,
    title: document.title,
    headings: all("h1").map(said),
    jumps: levels.some((level, place) => place > 0 && level > levels[place - 1] + 1),
    unlabelled: fields.filter((field) => !field.labels.length && !field.ariaLabel).map((field) => field.name),
    ungrouped: all("input[type=radio]").filter((field) => !field.closest("fieldset")?.querySelector("legend")).length,
    nameless: all("a, button, summary").filter((element) => !named(element)).map((element) => element.outerHTML),
    repeated: ids.filter((id, place) => ids.indexOf(id) !== place),
    dangling: referring.flatMap(refers).filter((id) => !document.getElementById(id)),
    nowhere: all("a[href*='#']").filter((a) => a.pathname === location.pathname && a.hash)
      .map((a) => decodeURIComponent(a.hash.slice(1))).filter((id) => !document.getElementById(id)),
    words: said(document.body),
    chrome: all("button, legend, label, caption, dt, h2, th[scope=col], nav a").filter((e) => !foreign(e)).map(said),
    scripts: all("script, [style], [onclick]").length,
  }
}"""


def flaws(page: Page, lang: str) -> list[str]:
    """What no page may have, seen at the width of a desktop and of a phone."""
    seen = page.evaluate(LOOK)
    return [
        *_structure(seen, "zh-CN" if lang == "zh" else "en"),
        *(f"not filled in: {found}" for found in UNFILLED.findall(seen["words"])),
        *(f"Chinese: {words}" for words in seen["chrome"] if lang == "en" and CHINESE.search(words)),
        *(f"wider than {width}: {wide}" for width in (DESKTOP, PHONE) if (wide := _overflowing(page, width))),
    ]


def barriers(page: Page) -> list[str]:
    """What axe-core finds that shuts people out, and where. It takes longer than all else that is looked at."""
    found = AXE.run(page, options=STANDARD).response["violations"]
    return [f"{each['id']}: {[node['target'] for node in each['nodes'][:3]]}" for each in found]


def _structure(seen: dict[str, Any], lang: str) -> list[str]:
    empty = ("unlabelled", "nameless", "repeated", "dangling", "nowhere")
    return [
        *([f"lang is {seen['lang']}"] if seen["lang"] != lang else []),
        *([f"headings: {seen['headings']}"] if len(seen["headings"]) != 1 or not seen["headings"][0] else []),
        *([f"title: {seen['title']}"] if not seen["title"].strip(" –") else []),
        *(["headings leave out a level"] if seen["jumps"] else []),
        *(["radio buttons without a group"] if seen["ungrouped"] else []),
        *(["scripts or styles in the page"] if seen["scripts"] else []),
        *(f"{kind}: {seen[kind]}" for kind in empty if seen[kind]),
    ]


def _overflowing(page: Page, width: int) -> list[str]:
    """What makes the page scroll sideways at a width; nothing where it does not."""
    page.set_viewport_size({"width": width, "height": 900})
    found: list[str] = page.evaluate("""() => {
      if (document.scrollingElement.scrollWidth <= innerWidth) return []
      const wide = [...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right > innerWidth + 1)
      return ["page", ...wide.slice(0, 3).map((element) => element.outerHTML.slice(0, 120))]
    }""")
    return found
