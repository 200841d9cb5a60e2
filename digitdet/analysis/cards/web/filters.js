// Which cards match. Within a facet any chosen option will do; all facets have to match.

function isFound(card, words) {
  return words === "" || String(card.id) === words || card.searched.includes(words);
}

// Returns the matching cards and, by facet, how many cards each option has among those that match
// the other facets.
function filterCards(cards, chosen, search) {
  const counts = {};
  for (const facet of FACETS) counts[facet.name] = facet.options.map(() => 0);
  const wanted = FACETS.map((facet) => ({
    name: facet.name,
    isOpen: chosen[facet.name].size === 0,
    isChosen: facet.options.map((option) => chosen[facet.name].has(option.value)),
  }));
  const words = search.trim().toLowerCase();
  const matching = [];
  for (const card of cards) {
    if (!isFound(card, words)) continue;
    const failed = wanted.filter(
      ({ name, isOpen, isChosen }) => !isOpen && !card.options[name].some((o) => isChosen[o]),
    );
    if (failed.length === 0) matching.push(card);
    if (failed.length > 1) continue;
    for (const { name } of failed.length ? failed : wanted) {
      for (const option of card.options[name]) counts[name][option] += 1;
    }
  }
  return { matching, counts };
}
