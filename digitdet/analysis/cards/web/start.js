// Puts the page together.

let state = fromHash(location.hash);
let matching = [];
const options = buildFacets(byId("facets"));

function update() {
  const found = filterCards(CARDS, state.chosen, state.search);
  matching = found.matching;
  showCards(matching, state);
  showState(options, state, found.counts);
  saveState(state);
}

function change(changes) {
  state = { ...state, page: 1, ...changes };
  update();
}

function changePage(by) {
  const before = state.page;
  const last = Math.ceil(matching.length / PER_PAGE);
  if (before + by < 1 || before + by > last) return false;
  change({ page: before + by });
  byId("results").focus();
  window.scrollTo({ top: byId("results").getBoundingClientRect().top + window.scrollY - 8 });
  return true;
}

// Changes what is drawn of the same cards; without a value, to the next one.
function changeView(name, value) {
  const values = VIEWS[name];
  state = { ...state, [name]: value ?? values[(values.indexOf(state[name]) + 1) % values.length] };
  byId(name).value = state[name];
  if (name === "size") showCards(matching, state);
  else redrawBoxes(matching, state);
  saveState(state);
}

for (const facet of FACETS) {
  for (const { box } of options[facet.name]) {
    box.addEventListener("change", () => {
      const values = new Set(state.chosen[facet.name]);
      if (box.checked) values.add(box.value);
      else values.delete(box.value);
      change({ chosen: { ...state.chosen, [facet.name]: values } });
    });
  }
}
for (const name of Object.keys(VIEWS)) {
  byId(name).addEventListener("change", (event) => changeView(name, event.target.value));
}
byId("search").addEventListener("input", (event) => change({ search: event.target.value }));
byId("filters").addEventListener("submit", (event) => event.preventDefault());
byId("keys").addEventListener("change", (event) => change({ keys: event.target.checked, page: state.page }));
byId("clear").addEventListener("click", () => {
  const { chosen, search } = initialState();
  change({ chosen, search });
});
byId("previous").addEventListener("click", () => changePage(-1));
byId("next").addEventListener("click", () => changePage(1));
byId("help-button").addEventListener("click", () => byId("help").showModal());
byId("skip").addEventListener("click", (event) => {
  event.preventDefault(); // the address holds the filters
  byId("results").focus();
});
window.addEventListener("hashchange", () => {
  state = fromHash(location.hash);
  update();
});
WIDE.addEventListener("change", update);
window.addEventListener("beforeprint", () => {
  for (const img of document.querySelectorAll(".frame img")) img.loading = "eager";
});

buildSigns();
if (window.matchMedia("(max-width: 59rem)").matches) byId("panel").open = false;
listenToKeys(() => state, changePage, changeView);
update();
