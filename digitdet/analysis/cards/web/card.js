// One card: verdict, photograph with boxes, numbers, and what went wrong in words.

const MOST_NOTES = 6;

function numberRow(name, text, cells, note) {
  const spoken = element("span", { class: "hidden" }, text || "nothing");
  return element("div", { class: "number" },
    element("dt", {}, name),
    element("dd", {}, spoken, element("span", { class: "digits", "aria-hidden": "true" }, ...cells),
      element("span", { class: "note" }, note)));
}

function numberRows(card) {
  const others = (texts) => (texts.length ? `also ${texts.join(", ")}` : "");
  const truth = card.truth ? "" : "no number";
  const rows = [numberRow("true", card.truth, trueDigits(card.truth, card.readings),
    truth || others(card.otherTrue))];
  card.readings.forEach((reading, position) => {
    const name = reading.name ? `${modelLetter(position)} ${reading.name}` : "read";
    const sure = reading.text ? `confidence ${decimal(reading.confidence)}` : "nothing";
    const note = [sure, others(reading.others)].filter(Boolean).join("; ");
    rows.push(numberRow(name, reading.text, readDigits(reading, card.truth), note));
  });
  return element("dl", { class: "numbers" }, ...rows);
}

function describe(card) {
  const read = card.readings.map((reading) => {
    const name = reading.name ? `${reading.name} read` : "read";
    return `${name} ${reading.text || "nothing"}`;
  });
  const truth = card.truth ? `true ${card.truth}` : "no number stands there";
  return `Photograph ${card.id}: ${read.join(", ")}, ${truth}; ${card.verdict}.`;
}

function photograph(card, state) {
  const frame = frameOf(card, state);
  const img = element("img", {
    loading: "lazy", decoding: "async", // before the source, which some browsers load at once
    src: DATA.folder + card.file, alt: describe(card), width: card.width, height: card.height,
    class: frame.scale > 1 ? "enlarged" : "",
  });
  const share = (part, whole) => `${(100 * part) / whole}%`;
  img.style.left = share(frame.left, frame.width);
  img.style.top = share(GUTTER, frame.height);
  img.style.width = share(frame.photo.width, frame.width);
  img.style.height = share(frame.photo.height, frame.height);
  const holder = element("div", { class: "frame" }, img, drawOverlay(card, state));
  holder.style.aspectRatio = `${frame.width} / ${frame.height}`;
  return holder;
}

function foundBy(box) {
  return DATA.models.length > 1 && !box.isTrue ? ` by ${DATA.models[box.reading]}` : "";
}

function errorNotes(card) {
  const errors = card.boxes.filter((box) => box.isError && box.isShown);
  const notes = errors.slice(0, MOST_NOTES).map((box) =>
    element("li", { class: box.breaks ? "breaks" : "" },
      element("span", { class: "letter", "aria-hidden": "true" }, box.kind.letter),
      `${box.kind.words}: ${box.text}${foundBy(box)}${box.breaks ? ", broke the number" : ""}`));
  if (errors.length > MOST_NOTES) {
    notes.push(element("li", {}, `and ${errors.length - MOST_NOTES} more`));
  }
  return notes.length ? [element("ul", { class: "errors" }, ...notes)] : [];
}

function causes(card) {
  const isNamed = card.readings.length === 1 && card.boxes.some((box) => box.breaks); // in the notes
  return card.causes.length && !isNamed
    ? [element("p", { class: "broken-by" }, `Cause: ${card.causes.join("; ")}`)] : [];
}

function totals(card) {
  const found = card.boxes.filter((box) => !box.isTrue);
  const weak = found.filter((box) => !box.isShown).length + card.hidden;
  const left = card.hidden ? `, ${card.hidden} of these never drawn` : "";
  const all = plural(found.length + card.hidden, "detection");
  return weak ? [element("p", { class: "total" }, `${all}, ${weak} weak${left}`)] : [];
}

function cardElement(card, state) {
  const heading = `card-${card.id}`;
  const name = card.name.startsWith(`${card.id}.`) ? "" : ` ${card.name}`;
  return element("li", {},
    element("article",
      { class: card.isRight ? "card right" : "card wrong", tabindex: "-1",
        "aria-labelledby": heading },
      element("h3", { id: heading },
        element("span", { class: "verdict" },
          element("span", { class: "sign", "aria-hidden": "true" }, card.isRight ? "\u2713" : "\u2717"),
          card.verdict),
        element("span", { class: "id" },
          element("span", { class: "hidden" }, "picture "), `${card.id}${name}`)),
      photograph(card, state), numberRows(card), ...causes(card), ...errorNotes(card), ...totals(card)));
}
