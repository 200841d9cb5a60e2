// What the reader has chosen; kept in the address, so that a link or a reload brings it back.

const VIEWS = { // the first is the usual one
  true: ["errors", "all", "none"],
  found: ["errors", "all", "none"],
  size: ["small", "large"],
};

function initialState() {
  const chosen = {};
  for (const facet of FACETS) chosen[facet.name] = new Set();
  return { chosen, search: "", page: 1, true: "errors", found: "errors", size: "small", keys: true };
}

function toHash(state) {
  const parts = new URLSearchParams();
  for (const facet of FACETS) {
    for (const { value } of facet.options) {
      if (state.chosen[facet.name].has(value)) parts.append(facet.name, value);
    }
  }
  if (state.search) parts.set("search", state.search);
  if (state.page > 1) parts.set("page", state.page);
  for (const [name, values] of Object.entries(VIEWS)) {
    if (state[name] !== values[0]) parts.set(name, state[name]);
  }
  if (!state.keys) parts.set("keys", "off");
  return parts.toString();
}

// Takes what an address says, and leaves out what this page does not know.
function fromHash(hash) {
  const parts = new URLSearchParams(hash.replace(/^#/, ""));
  const state = initialState();
  for (const facet of FACETS) {
    const values = new Set(facet.options.map((option) => option.value));
    const known = parts.getAll(facet.name).filter((value) => values.has(value));
    state.chosen[facet.name] = new Set(known);
  }
  state.search = parts.get("search") ?? "";
  state.page = Math.max(1, Math.trunc(Number(parts.get("page"))) || 1);
  for (const [name, values] of Object.entries(VIEWS)) {
    if (values.includes(parts.get(name))) state[name] = parts.get(name);
  }
  state.keys = parts.get("keys") !== "off";
  return state;
}

function saveState(state) {
  const hash = toHash(state);
  if (hash !== location.hash.slice(1)) {
    history.replaceState(null, "", hash ? `#${hash}` : location.pathname + location.search);
  }
}
