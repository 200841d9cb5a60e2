// The cards of one page: no others are in the document.

const PER_PAGE = 48;

function showCards(matching, state) {
  const pages = Math.max(1, Math.ceil(matching.length / PER_PAGE));
  state.page = Math.min(state.page, pages);
  const first = (state.page - 1) * PER_PAGE;
  const shown = matching.slice(first, first + PER_PAGE);
  byId("cards").classList.toggle("large", state.size === "large");
  byId("cards").replaceChildren(...shown.map((card) => cardElement(card, state)));
  const firstCard = byId("cards").querySelector(".card");
  if (firstCard) firstCard.tabIndex = 0; // the Tab key reaches the list, j and k go on
  byId("status").textContent = summary(matching.length, first, shown.length);
  byId("page").textContent = `Page ${state.page} of ${pages}`;
  byId("previous").disabled = state.page === 1;
  byId("next").disabled = state.page === pages;
}

function summary(number, first, shown) {
  const all = `${number.toLocaleString("en")} of ${plural(CARDS.length, "picture")}`;
  if (number === 0) return `${all} match. Clear a filter to see more.`;
  return shown < number ? `${all}, ${first + 1} to ${first + shown} shown` : all;
}

function redrawBoxes(matching, state) {
  const first = (state.page - 1) * PER_PAGE;
  byId("cards").querySelectorAll(".overlay").forEach((svg, position) => {
    svg.replaceWith(drawOverlay(matching[first + position], state));
  });
}

function focusCard(card) {
  for (const other of byId("cards").querySelectorAll('.card[tabindex="0"]')) other.tabIndex = -1;
  card.tabIndex = 0;
  card.focus();
  card.scrollIntoView({ block: "nearest" });
}
