"""What axe finds on a page, and what a keyboard reaches."""

from importlib.resources import files

AXE = (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")

# Formulas are left out: MathJax writes them, with MathML for screen readers, by the thousand.
REMOVE_FORMULAS = """() => {
  for (const formula of document.querySelectorAll("mjx-container")) formula.replaceWith("x");
}"""
# Judging the contrast of each text takes ten times as long as all else. It follows from how the
# text is painted and on what, so one of each kind is judged: those not in `known` are marked.
PREPARE = """known => {
  const behind = node => {
    const grounds = [], effects = [];
    for (let isHidden = false; node; node = node.parentElement) {
      const {backgroundColor, backgroundImage, opacity, filter, mixBlendMode} =
        getComputedStyle(node);
      effects.push([opacity, filter, mixBlendMode].join());
      if (!isHidden) grounds.push(`${backgroundColor} ${backgroundImage}`);
      isHidden ||= backgroundColor.startsWith("rgb(");
    }
    const plain = ["rgba(0, 0, 0, 0) none", "1,none,normal"];
    return [...grounds, ...effects].filter(paint => !plain.includes(paint));
  };
  const text = node => {
    const {color, fontSize, fontWeight, textShadow} = getComputedStyle(node);
    return [color, fontSize, fontWeight, textShadow];
  };
  const link = node => {
    const {textDecorationLine, borderBottom, backgroundColor} = getComputedStyle(node);
    return [textDecorationLine, borderBottom, backgroundColor, text(node.parentElement)];
  };
  const kinds = new Set(known), found = [];
  const judge = node => {
    node.removeAttribute("data-judged");
    if (!node.checkVisibility({visibilityProperty: true})) return;
    const kind = [text(node), node.localName === "a" && link(node), behind(node)].join();
    if (kinds.has(kind)) return;
    kinds.add(kind);
    found.push(kind);
    node.setAttribute("data-judged", "");
  };
  document.querySelectorAll("input, select, textarea").forEach(judge);
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode())
    if (texts.currentNode.data.trim()) judge(texts.currentNode.parentElement);
  return found;
}"""
# Axe would ask for each style sheet again, for one rule, which is off.
RUN = """async rules => {
  axe.configure({rules: [
    {id: "color-contrast", selector: "[data-judged]"},
    {id: "link-in-text-block", selector: "a[href][data-judged]"},
  ]});
  const preload = {assets: ["media"]};
  const found = await axe.run(document, {...rules, preload, resultTypes: ["violations"]});
  return found.violations.flatMap(rule => rule.nodes
    .map(node => `${rule.id}: ${node.target} ${node.failureSummary}`));
}"""
# A page of the book follows the scheme by a script.
OF_SCHEME = """scheme => matchMedia(`(prefers-color-scheme: ${scheme})`).matches
  && (document.documentElement.dataset.theme ?? scheme) === scheme"""
ALL_RULES, COLORS = {}, {"runOnly": ["color-contrast", "link-in-text-block"]}


def set_scheme(page, scheme):
    """Have a page in the light or the dark scheme, unless it is."""
    if not page.evaluate(OF_SCHEME, scheme):
        page.emulate_media(color_scheme=scheme)
        page.wait_for_function(OF_SCHEME, arg=scheme)


def faults(page, known):
    """Return what axe finds of a page in the light scheme, and of its colors in the dark one.

    A text that is painted as one in the set `known` is not judged again; the kinds that are
    judged are added to it. Formulas of the page are gone afterwards.
    """
    found = {}
    page.evaluate(AXE)
    page.evaluate(REMOVE_FORMULAS)
    for scheme, rules in ("dark", COLORS), ("light", ALL_RULES):
        set_scheme(page, scheme)
        new = page.evaluate(PREPARE, list(known))
        known.update(new)
        if new or rules == ALL_RULES:
            found[scheme] = page.evaluate(RUN, rules)
    return [f"{scheme}: {fault}" for scheme, faults in found.items() for fault in faults]


FOCUSED = """() => {
  const node = document.activeElement;
  if (node === document.body) return null;
  node.setAttribute("data-reached", "");
  const style = getComputedStyle(node);
  const {x, y, width, height} = node.getBoundingClientRect();
  return {
    name: node.outerHTML.slice(0, 200),
    seen: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    inside: width > 0 && height > 0 && x + width > 0 && y + height > 0 && x < innerWidth
      && y < innerHeight,
  };
}"""
# Of radio buttons Tab reaches one of each group, arrows the others; so it is with copy buttons.
LEFT_OUT = """() => [...document.querySelectorAll("a[href], button, input, select, summary")]
  .filter(node => node.checkVisibility({visibilityProperty: true})
    && !node.hasAttribute("data-reached") && !(node.type === "radio"
      && document.querySelector(`[name="${node.name}"][data-reached]`))
    && !(node.matches(".copybtn") && document.querySelector(".copybtn[data-reached]")))
  .map(node => node.outerHTML.slice(0, 200))"""

# From there Tab goes to the first stop, whatever had the focus before.
AT_THE_TOP = """() => {
  document.body.tabIndex = -1;
  document.body.focus();
  document.body.removeAttribute("tabindex");
}"""


def walk(page, most=500):
    """Press Tab until the page is left; return what had the focus, and what is seen and had not.

    A keyboard that is caught has `most` stops.
    """
    page.add_style_tag(content="* { transition: none !important }")
    page.evaluate(AT_THE_TOP)
    stops = []
    while len(stops) < most:
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        if focused is None:
            break
        stops.append(focused)
    return stops, page.evaluate(LEFT_OUT)


# What those who hear a page are told of it, or are not.
HEARD = """() => {
  const all = selector => [...document.querySelectorAll(selector)];
  const names = elements => elements.map(element => element.ariaLabel ?? element.innerText);
  const unlike = list => list.filter((name, i) => !name?.trim() || list.indexOf(name) !== i);
  let above = 0;
  const isAstray = title => {
    if (!title.matches(".admonition-title")) above = Number(title.localName[1]);
    else return title.role !== "heading" || Number(title.ariaLevel) !== above + 1;
  };
  return {
    toggles: unlike(names(all(".toggle-button"))),
    hidden: all("summary[aria-label], .toggle-button:not([aria-label^=Show])").length,
    exercises: all("main :is(h1, h2, h3, h4, .exercise > .admonition-title)").filter(isAstray)
      .map(title => title.innerText),
    copies: unlike(names(all(".copybtn"))),
    copyStops: all(".copybtn").filter(({tabIndex}) => tabIndex === 0).length,
    // An explorer is a group with a name, in which its tables are heard.
    tableNames: unlike(all("main table > caption").filter(caption => !caption.closest(".explorer"))
      .map(({textContent}) => textContent)),
    tables: all("main table:not(.indextable)").filter(table => !table.caption?.textContent.trim()
      || table.querySelector("th:not([scope])")).map(table => table.outerHTML.slice(0, 200)),
    blocks: all("mjx-assistive-mml > math mtable").filter(table => table.children.length > 1
      && table.textContent === table.closest("math").textContent).length,
    lines: all("mjx-assistive-mml > [role=list]").length,
    navigations: unlike(all("nav:not([aria-labelledby])").map(({ariaLabel}) => ariaLabel)),
    boxes: all(".explorer fieldset").filter(group => !group.querySelector("legend")).length,
  };
}"""
