// Shapes of lines and their points, in pixels.

const WIDTH = 2;
const STAR = [...Array(10).keys()].map((i) => [
  (i % 2 ? 0.45 : 1) * Math.sin((i * Math.PI) / 5),
  -(i % 2 ? 0.45 : 1) * Math.cos((i * Math.PI) / 5),
]);
// Outlines of markers in a square from -1 to 1, by matplotlib's names.
const OUTLINES = {
  s: [[-0.8, -0.8], [0.8, -0.8], [0.8, 0.8], [-0.8, 0.8]],
  "^": [[0, -1], [0.95, 0.8], [-0.95, 0.8]],
  v: [[0, 1], [0.95, -0.8], [-0.95, -0.8]],
  D: [[0, -1.05], [1.05, 0], [0, 1.05], [-1.05, 0]],
  P: [[-0.35, -1], [0.35, -1], [0.35, -0.35], [1, -0.35], [1, 0.35], [0.35, 0.35], [0.35, 1],
    [-0.35, 1], [-0.35, 0.35], [-1, 0.35], [-1, -0.35], [-0.35, -0.35]],
  X: [[-0.55, -1], [0, -0.45], [0.55, -1], [1, -0.55], [0.45, 0], [1, 0.55], [0.55, 1], [0, 0.45],
    [-0.55, 1], [-1, 0.55], [-0.45, 0], [-1, -0.55]],
  "*": STAR.map(([x, y]) => [1.2 * x, 1.2 * y]),
};

function markerShape(marker, x, y, size = 4) {
  if (!(marker in OUTLINES)) {
    return shape("circle", { cx: x.toFixed(1), cy: y.toFixed(1), r: 0.9 * size, class: "marker" });
  }
  const points = OUTLINES[marker].map(([dx, dy]) =>
    `${(x + size * dx).toFixed(1)},${(y + size * dy).toFixed(1)}`);
  return shape("polygon", { points: points.join(" "), class: "marker" });
}

// A path through points, begun anew behind each that is not there.
function pathOf(xs, ys) {
  let path = "", isDrawing = false;
  for (let i = 0; i < xs.length; i++) {
    if (ys[i] === null || Number.isNaN(ys[i])) { isDrawing = false; continue; }
    path += `${isDrawing ? "L" : "M"}${xs[i].toFixed(1)} ${ys[i].toFixed(1)}`;
    // A point between two that are not there is a dot.
    if (!isDrawing) path += "h0";
    isDrawing = true;
  }
  return path;
}

// A path up and down between the lowest and the highest value of each stretch.
function spanPath(xs, lows, highs) {
  const twice = xs.flatMap((x) => [x, x]);
  return pathOf(twice, lows.flatMap((low, i) => (i % 2 ? [highs[i], low] : [low, highs[i]])));
}

function lineShape(path, line, extra = {}) {
  const dashes = line.dashes.map((length) => length * WIDTH).join(" ");
  return shape("path", {
    d: path, class: "line", "stroke-width": WIDTH, "stroke-dasharray": dashes || false, ...extra,
  });
}

// The line of the legend.
function swatch(line) {
  const svg = shape("svg", {
    width: 44, height: 14, viewBox: "0 0 44 14", class: `swatch color-${line.color}`,
    "aria-hidden": "true",
  });
  svg.append(lineShape("M1 7H43", line), markerShape(line.marker, 22, 7));
  return svg;
}
