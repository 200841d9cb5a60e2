// One chart: its axes, its lines and what is read from them.

const MANY_LINES = 4; // from more on, unsmoothed lines behind smoothed ones would hide them
const FEW_POINTS = 60;
const NUM_MARKS = 6; // along a line whose values are no marks of their own

class ChartView {
  constructor(figure, data) {
    this.data = data;
    this.lines = data.lines;
    this.hidden = new Set();
    this.isLog = false;
    this.cursor = null;
    const longest = Math.max(0, ...this.lines.map((line) => line.x.length));
    this.canSmooth = !data.hasPoints && longest > FEW_POINTS;
    this.share = this.canSmooth && this.lines.some((line) => isRough(line.mean)) ? 0.04 : 0;
    this.plot = element("div", { class: "plot", tabindex: "0", role: "slider" });
    this.plot.setAttribute("aria-label", `Read values of ${data.title}`);
    this.svg = shape("svg", { "aria-hidden": "true" });
    this.plot.append(this.svg);
    this.readout = element("p", { class: "readout" });
    this.legend = new Legend(this);
    figure.append(...makeControls(this), this.plot, this.readout, this.legend.list);
    if (data.hasPoints && longest) figure.append(makeTable(data));
    listen(this);
    new ResizeObserver(() => this.draw()).observe(this.plot);
    this.draw();
  }

  get shown() {
    return this.lines.filter((line) => !this.hidden.has(line));
  }

  // Whether the values themselves are drawn, under smoothed ones too.
  get showsAll() {
    return !this.share || this.shown.length <= MANY_LINES;
  }

  values(line) {
    return smoothed(line.mean, windowOf(line, this.share));
  }

  ranges() {
    const shown = this.shown;
    const ys = shown.flatMap((line) => [
      ...this.values(line),
      ...(this.showsAll ? [...(line.low ?? line.mean), ...(line.high ?? [])] : []),
      ...(line.band ? line.band.flat() : []),
    ]);
    const known = this.isLog ? ys.filter((y) => y > 0) : ys;
    const [low, high] = rangeOf(known) ?? [this.isLog ? 0.1 : 0, 1];
    const x = rangeOf(shown.flatMap((line) => line.x)) ?? [0, 1];
    if (x[0] === x[1]) { x[0] -= 0.5; x[1] += 0.5; }
    if (low === 0 && high === 0 && !this.isLog) return { x, y: [-0.05, 1] };
    const room = (high - low) * 0.05 || Math.abs(high) * 0.1 || 0.5;
    return { x, y: this.isLog ? [low / 1.1, high * 1.1] : [low - room, high + room] };
  }

  draw() {
    const width = Math.max(this.plot.clientWidth, 200), height = width < 480 ? 250 : 330;
    const { x, y } = this.ranges();
    const ticks = this.isLog ? makeLogTicks(y) : makeTicks(y, 5);
    const left = 12 + 7.5 * Math.max(1, ...ticks.map(([, name]) => name.length));
    this.box = { left, right: width - 12, top: 30, bottom: height - 42 };
    const { right, top, bottom } = this.box;
    const inset = this.data.hasPoints ? 8 : 0;
    this.range = x;
    this.toX = makeScale(x, [left + inset, right - inset], false);
    this.toY = makeScale(y, [bottom, top], this.isLog);
    fill(this.svg, { width, height, viewBox: `0 0 ${width} ${height}` }, []);
    this.marks = shape("g");
    this.svg.replaceChildren(this.drawAxes(ticks), ...this.shown.map((l) => this.drawLine(l)), this.marks);
    this.read();
  }

  drawAxes(ticks) {
    const { left, right, top, bottom } = this.box;
    const axes = shape("g", { class: "axes" });
    for (const [value, name] of ticks) {
      const y = this.toY(value);
      axes.append(shape("path", { d: `M${left} ${y.toFixed(1)}H${right}`, class: "grid" }));
      axes.append(shape("text", { x: left - 6, y: y + 4, "text-anchor": "end" }, name));
    }
    const widest = 18 + 7.5 * Math.round(this.range[1]).toLocaleString("en").length;
    const count = Math.max(2, Math.floor((right - left) / widest));
    for (const [value, name] of makeTicks(this.range, count, true)) {
      const x = this.toX(value);
      axes.append(shape("path", { d: `M${x.toFixed(1)} ${bottom}v5`, class: "tick" }));
      axes.append(shape("text", { x, y: bottom + 18, "text-anchor": "middle" }, name));
    }
    axes.append(shape("path", { d: `M${left} ${top}V${bottom}H${right}`, class: "frame" }));
    axes.append(shape("text", { x: 4, y: 16, class: "label" }, this.data.y));
    axes.append(shape("text", { x: right, y: bottom + 36, "text-anchor": "end", class: "label" }, this.data.x));
    return axes;
  }

  drawLine(line) {
    const group = shape("g", { class: `series color-${line.color}` });
    const xs = line.x.map(this.toX);
    const place = (values) => values.map((y) => (y === null || (this.isLog && y <= 0) ? null : this.toY(y)));
    const ys = place(this.values(line));
    if (line.band) group.append(this.drawBand(xs, place(line.band[0]), place(line.band[1])));
    const isWhole = line.size === 1;
    if (this.showsAll && (this.share || !isWhole)) {
      const path = isWhole ? pathOf(xs, place(line.mean)) : spanPath(xs, place(line.low), place(line.high));
      const faint = this.share ? { class: "line faint" } : {};
      group.append(lineShape(path, { dashes: [] }, { "stroke-width": 1, ...faint }));
    }
    if (this.share || isWhole) group.append(lineShape(pathOf(xs, ys), line));
    this.drawMarks(group, line, xs, ys);
    return group;
  }

  drawBand(xs, lows, highs) {
    const known = [...xs.keys()].filter((i) => lows[i] !== null && highs[i] !== null);
    const points = [...known.map((i) => [xs[i], highs[i]]), ...known.reverse().map((i) => [xs[i], lows[i]])];
    return shape("polygon", { points: points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" "), class: "band" });
  }

  drawMarks(group, line, xs, ys) {
    const known = [...ys.keys()].filter((i) => ys[i] !== null);
    const room = this.data.hasPoints ? Math.floor((this.box.right - this.box.left) / 9) : NUM_MARKS;
    const every = Math.max(1, Math.ceil(known.length / room));
    // Those of several lines begin at different places, or the last line's hide the others'.
    const first = this.data.hasPoints ? 0 : Math.floor((every * (1 + (this.lines.indexOf(line) % 5))) / 6);
    if (this.data.hasPoints || this.lines.length > 1) {
      for (let k = first; k < known.length; k += every) {
        group.append(markerShape(line.marker, xs[known[k]], ys[known[k]]));
      }
    }
    if (line.marked && line.marked[1] !== null && !(this.isLog && line.marked[1] <= 0)) {
      group.append(shape("circle", { cx: this.toX(line.marked[0]), cy: this.toY(line.marked[1]), r: 8, class: "marked" }));
    }
  }

  // Reads the values at the cursor.
  read() {
    this.marks.replaceChildren();
    const places = placesOf(this.shown);
    const { left, right, top, bottom } = this.box;
    const isThere = this.cursor !== null && places.length > 0;
    const said = [];
    if (isThere) {
      const x = this.toX(this.cursor);
      this.marks.append(shape("path", { d: `M${x.toFixed(1)} ${top}V${bottom}`, class: "cursor" }));
    }
    for (const line of this.lines) {
      const i = isThere && !this.hidden.has(line) ? indexAt(line, this.cursor, this.data.hasPoints) : -1;
      const value = i < 0 ? null : this.values(line)[i];
      this.legend.tell(line, isThere && !this.hidden.has(line) ? nameValue(value) : "");
      if (value === null) continue;
      said.push(`${line.name} ${nameValue(value)}`);
      if (this.isLog && value <= 0) continue;
      const at = this.toX(line.x[i]);
      this.marks.append(shape("circle", { cx: at, cy: this.toY(value), r: 5, class: `read color-${line.color}` }));
    }
    const [low, high] = [places[0] ?? 0, places.at(-1) ?? 0];
    const place = isThere ? `${this.data.x} ${nameValue(this.cursor)}` : "";
    fill(this.plot, {
      "aria-valuemin": low, "aria-valuemax": high, "aria-valuenow": this.cursor ?? low,
      "aria-valuetext": isThere ? `${place}: ${said.join(", ") || "no value"}` : "no place chosen",
    }, []);
    const mean = this.share ? ", smoothed" : "";
    this.readout.textContent = isThere ? `${place}${mean}` : "Point at the chart, or use the arrow keys in it, to read values.";
  }

  // Puts the cursor to the place nearest to a pixel.
  point(pixel) {
    const places = placesOf(this.shown);
    if (!places.length) return;
    this.cursor = places.reduce((best, one) =>
      Math.abs(this.toX(one) - pixel) < Math.abs(this.toX(best) - pixel) ? one : best);
    this.read();
  }

  // Moves the cursor by a number of places.
  move(by) {
    const places = placesOf(this.shown);
    if (!places.length) return;
    const now = this.cursor === null ? (by < 0 ? places.length : -1) : places.findIndex((one) => one >= this.cursor);
    const next = (now < 0 ? places.length - 1 : now) + by;
    this.cursor = places[Math.min(Math.max(this.cursor === null && by > 0 ? by - 1 : next, 0), places.length - 1)];
    this.read();
  }
}
