// The cards, from the lists that the page holds.

const DATA = JSON.parse(document.getElementById("data").textContent);

const BREAKS = 1, READ = 2, SHOWN = 4; // flags of a box

function toBox([x1, y1, x2, y2, text, kind, flags, reading]) {
  const name = DATA.boxKinds[kind].name;
  return {
    x1, y1, x2, y2, text, reading,
    kind: DATA.boxKinds[kind],
    isTrue: name === "truth" || name === "missed",
    isError: DATA.boxKinds[kind].letter !== "",
    isShown: Boolean(flags & SHOWN),
    isRead: Boolean(flags & READ),
    breaks: Boolean(flags & BREAKS),
  };
}

function toReading([text, confidence, isRight, others], position) {
  return { name: DATA.models[position], text, confidence, isRight: Boolean(isRight), others };
}

function toCard(row) {
  const [id, name, file, width, height, truth, otherTrue, readings, ...rest] = row;
  const [verdict, kinds, digits, causes, hidden, boxes] = rest;
  const isRight = readings.every((reading) => reading[2]);
  return {
    id, name, file, width, height, truth, otherTrue, hidden, isRight,
    verdict: DATA.verdicts[verdict],
    causes: causes.map((cause) => DATA.causes[cause]),
    readings: readings.map(toReading),
    get boxes() {
      return boxes.map(toBox); // made when the card is shown: most never are
    },
    searched: [name, truth, ...otherTrue, ...readings.flatMap((r) => [r[0], ...r[3]])].join("\n").toLowerCase(),
    options: { // positions in the facets of the same names
      outcome: readings.length === 1 ? [isRight ? 1 : 0] : [], // two say it by their kinds
      kind: kinds,
      cause: causes,
      digit: [...digits].map(Number),
    },
  };
}

const CARDS = DATA.cards.map(toCard);

// What the cards are filtered by. An option has the value that the address holds, and words.
const FACETS = [
  {
    name: "outcome", legend: "Number",
    options: [{ value: "wrong", words: "wrong" }, { value: "right", words: "right" }],
  },
  {
    name: "kind", legend: DATA.models.length > 1 ? "Who reads it" : "Kind of error",
    options: DATA.kinds.map((kind) => ({ ...kind, value: kind.name })),
  },
  {
    name: "cause", legend: "What broke the number",
    options: DATA.causes.map((words) => ({ value: words, words })),
  },
  {
    name: "digit", legend: "Digit concerned",
    options: [..."0123456789"].map((digit) => ({ value: digit, words: digit })),
  },
].filter((facet) => CARDS.some((card) => card.options[facet.name].length));
