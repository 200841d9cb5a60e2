// What a reader sets: smoothing, the scale, the cursor.

const SMOOTHINGS = [[0, "none"], [0.01, "1 % of the line"], [0.04, "4 % of the line"], [0.12, "12 % of the line"]];
const KEYS = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, Home: -1e9, End: 1e9 };

function makeControls(view) {
  const controls = [];
  if (view.canSmooth) {
    const select = element("select", {}, ...SMOOTHINGS.map(([share, name]) =>
      element("option", { value: share, selected: share === view.share }, name)));
    select.addEventListener("change", () => { view.share = Number(select.value); view.draw(); });
    controls.push(element("label", {}, "Smoothing ", select));
  }
  const values = view.lines.flatMap((line) => line.low ?? line.mean).filter((y) => y !== null);
  if (!view.data.hasPoints && values.length && values.every((y) => y > 0)) {
    const box = element("input", { type: "checkbox" });
    box.addEventListener("change", () => { view.isLog = box.checked; view.draw(); });
    controls.push(element("label", { class: "check" }, box, "Logarithmic"));
  }
  return controls.length ? [element("div", { class: "controls" }, ...controls)] : [];
}

// Where the pointer was last seen over a chart.
const pointer = { x: NaN, y: NaN };

function listen(view) {
  const point = (event) => view.point(event.clientX - view.svg.getBoundingClientRect().left);
  view.plot.addEventListener("pointermove", (event) => {
    // A page that is scrolled under a pointer at rest is no move of it.
    if (event.clientX === pointer.x && event.clientY === pointer.y) return;
    [pointer.x, pointer.y] = [event.clientX, event.clientY];
    point(event);
  });
  view.plot.addEventListener("pointerdown", point);
  view.plot.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const tenth = Math.max(1, Math.round(placesOf(view.shown).length / 10));
    const by = KEYS[event.key] ?? { PageUp: tenth, PageDown: -tenth }[event.key];
    if (by === undefined) {
      if (event.key === "Escape") { view.cursor = null; view.read(); }
      return;
    }
    event.preventDefault();
    view.move(by);
  });
}
