// Boxes and labels over a photograph. Lengths in units of a frame, about a CSS pixel each.

const FRAMES = { small: { width: 320, height: 230 }, large: { width: 640, height: 460 } };
const WIDE = window.matchMedia("(min-width: 44rem)"); // has room for large ones
const MAX_SCALE = 12;
const GUTTER = 20; // above and below a photograph, for labels
const SIDE = 4;

function frameOf(card, state) {
  const most = FRAMES[WIDE.matches ? state.size : "small"]; // the height is the photograph's
  const fit = Math.min((most.width - 2 * SIDE) / card.width, most.height / card.height);
  const scale = Math.min(fit, MAX_SCALE);
  const width = card.width * scale, height = card.height * scale;
  return {
    scale, photo: { width, height }, left: (most.width - width) / 2,
    width: most.width, height: height + 2 * GUTTER,
  };
}

function isDrawn(box, state) {
  const layer = box.isTrue ? state.true : state.found;
  return layer === "all" || (layer === "errors" && box.isShown);
}

function classOf(box) {
  if (box.isTrue) return box.isError ? "truth missed" : "truth";
  const read = box.isRead ? "read" : "unread";
  const model = box.reading ? " second" : "";
  if (box.isError && box.isShown) return `found error ${read}${model}`;
  return `found ${box.isShown ? "" : "weak "}${read}${model}`;
}

function labelOf(box) {
  const model = box.isTrue ? "" : modelLetter(box.reading);
  const letter = box.isShown ? box.kind.letter : "";
  return [model, letter, box.text].filter(Boolean).join(" ");
}

// The line around a box, just outside it.
function outline(box, frame) {
  const x = (value) => frame.left + value * frame.scale;
  const y = (value) => GUTTER + value * frame.scale;
  return { x1: x(box.x1) - 1, y1: y(box.y1) - 1, x2: x(box.x2) + 1, y2: y(box.y2) + 1 };
}

function rectangle(place, name) {
  const size = { width: Math.max(0, place.x2 - place.x1), height: Math.max(0, place.y2 - place.y1) };
  return shape("rect", { class: name, x: place.x1, y: place.y1, ...size });
}

function drawOverlay(card, state) {
  const frame = frameOf(card, state);
  const rank = (box) => Number(box.isShown) + Number(box.isError && box.isShown) - Number(box.isTrue);
  const boxes = card.boxes.filter((box) => isDrawn(box, state)).sort((a, b) => rank(a) - rank(b));
  const outlines = boxes.map((box) => outline(box, frame));
  const svg = shape("svg", {
    class: "overlay", viewBox: `0 0 ${frame.width} ${frame.height}`, "aria-hidden": "true",
  });
  boxes.forEach((box, position) => {
    const name = classOf(box);
    const lines = [rectangle(outlines[position], "halo"), rectangle(outlines[position], "line")];
    svg.append(shape("g", { class: name }, ...lines));
  });
  const taken = [...outlines];
  for (let position = boxes.length - 1; position >= 0; position--) { // the most important first
    const box = boxes[position], text = labelOf(box);
    const place = placeLabel(outlines[position], text, box.isTrue, frame, taken);
    taken.push(place);
    const words = shape("text", { x: place.x1 + 3, y: place.y2 - 3.5 }, text);
    svg.append(shape("g", { class: `label ${classOf(box)}` }, rectangle(place, "plate"), words));
  }
  return svg;
}
