// The filters: a fieldset of checkboxes for each facet, with counts.

function optionElement(facet, option) {
  const count = element("span", { class: "count" });
  const box = element("input", { type: "checkbox", name: facet.name, value: option.value });
  const letter = option.letter
    ? [element("span", { class: "letter", "aria-hidden": "true" }, option.letter)] : [];
  const words = element("span", { class: "words" }, option.words);
  return { box, count, label: element("label", { class: "check" }, box, ...letter, words, count) };
}

// Returns, by facet, the elements of its options.
function buildFacets(parent) {
  const options = {};
  for (const facet of FACETS) {
    options[facet.name] = facet.options.map((option) => optionElement(facet, option));
    const used = options[facet.name].filter((_, position) => facet.options[position].words !== "");
    parent.append(element("fieldset", { class: facet.name },
      element("legend", {}, facet.legend), ...used.map((option) => option.label)));
  }
  return options;
}

function showState(options, state, counts) {
  for (const facet of FACETS) {
    facet.options.forEach((option, position) => {
      const { box, count, label } = options[facet.name][position];
      const number = counts[facet.name][position];
      box.checked = state.chosen[facet.name].has(option.value);
      count.textContent = number.toLocaleString("en");
      label.classList.toggle("empty", number === 0);
    });
  }
  if (byId("search").value !== state.search) byId("search").value = state.search;
  for (const name of Object.keys(VIEWS)) byId(name).value = state[name];
  byId("keys").checked = state.keys;
}

function buildSigns() {
  const rows = DATA.boxKinds.filter((kind) => kind.letter).map((kind) =>
    element("tr", {}, element("th", { scope: "row" }, kind.letter),
      element("td", {}, `${kind.words}: ${kind.meaning}`)));
  const signs = [
    ["7 .93", "a found digit and its score; a filled label and a full line: it was read"],
    ["7", "a true digit, with a dashed line"],
    ["weak", "found, but not read, and no error that scores as much as what was read"],
    ...DATA.models.map((name, at) => [modelLetter(at), `found by ${name}`]),
  ].filter(([sign]) => sign).map(([sign, meaning]) =>
    element("tr", {}, element("th", { scope: "row" }, sign), element("td", {}, meaning)));
  byId("signs").querySelector("tbody").append(...signs, ...rows);
}
