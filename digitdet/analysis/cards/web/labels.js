// Where labels stand: beside their boxes, covering as little as can be. Lengths in units of a frame.

const LABEL_HEIGHT = 15;
const LETTER_WIDTH = 7;

function overlap(one, other) {
  const width = Math.min(one.x2, other.x2) - Math.max(one.x1, other.x1);
  const height = Math.min(one.y2, other.y2) - Math.max(one.y1, other.y1);
  return Math.max(0, width) * Math.max(0, height);
}

// Corners for a label of some width: above first for a found digit, below first for a true one.
function corners(box, width, isTrue) {
  const above = [box.x1, box.y1 - LABEL_HEIGHT];
  const below = [box.x1, box.y2];
  const beyond = isTrue ? [box.x1, box.y2 + LABEL_HEIGHT] : [box.x1, box.y1 - 2 * LABEL_HEIGHT];
  const left = [box.x1 - width, box.y1], right = [box.x2, box.y1];
  const aligned = isTrue ? [box.x2 - width, box.y2] : [box.x2 - width, box.y1 - LABEL_HEIGHT];
  return isTrue
    ? [below, aligned, above, right, left, beyond]
    : [above, aligned, below, right, left, beyond];
}

function placeLabel(box, text, isTrue, canvas, taken) {
  const width = text.length * LETTER_WIDTH + 6;
  let best = null, least = Infinity;
  for (const [x, y] of corners(box, width, isTrue)) {
    const x1 = Math.min(Math.max(0, x), canvas.width - width);
    const y1 = Math.min(Math.max(0, y), canvas.height - LABEL_HEIGHT);
    const place = { x1, y1, x2: x1 + width, y2: y1 + LABEL_HEIGHT };
    const covered = taken.reduce((sum, other) => sum + overlap(place, other), 0);
    if (covered < least) [best, least] = [place, covered];
  }
  return best;
}
