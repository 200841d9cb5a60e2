// Keys for the cards, but not while the reader types, nor with Ctrl, Alt or Meta.

function isTyping(target) {
  return target.matches("select, textarea, input:not([type=checkbox])");
}

// `page` changes the page by a number and tells whether there was one; `view` takes the
// next choice of boxes.
function listenToKeys(state, page, view) {
  const step = (by) => {
    const cards = [...byId("cards").querySelectorAll(".card")];
    const at = cards.indexOf(document.activeElement);
    const next = at < 0 ? (by > 0 ? 0 : -1) : at + by;
    if (cards[next]) return focusCard(cards[next]);
    if (at >= 0 && page(by)) {
      focusCard([...byId("cards").querySelectorAll(".card")].at(by > 0 ? 0 : -1));
    }
  };
  const actions = {
    j: () => step(1),
    k: () => step(-1),
    n: () => page(1),
    p: () => page(-1),
    t: () => view("true"),
    f: () => view("found"),
    "/": () => { byId("panel").open = true; byId("search").focus(); },
    "?": () => byId("help").showModal(),
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || byId("help").open) return;
    if (event.key === "Escape" && isTyping(event.target)) return byId("results").focus();
    if (!state().keys || isTyping(event.target) || !Object.hasOwn(actions, event.key)) return;
    event.preventDefault();
    actions[event.key]();
  });
}
