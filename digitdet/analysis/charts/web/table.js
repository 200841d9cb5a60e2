// The values of a chart as a table, made when it is opened.

function makeTable(data) {
  const details = element("details", { class: "values" }, element("summary", {}, "Values as a table"));
  details.addEventListener("toggle", () => {
    if (details.open && details.childElementCount === 1) details.append(tableOf(data));
  });
  return details;
}

function tableOf(data) {
  const names = [data.x, ...data.lines.map((line) => line.name)];
  const head = element("tr", {}, ...names.map((name) => element("th", { scope: "col", class: "number" }, name)));
  const body = placesOf(data.lines).map((x) => {
    const cells = data.lines.map((line) => {
      const i = indexAt(line, x, true);
      return element("td", { class: "number" }, nameValue(i < 0 ? null : line.mean[i]));
    });
    return element("tr", {}, element("th", { scope: "row", class: "number" }, nameValue(x)), ...cells);
  });
  const table = element("table", {}, element("thead", {}, head), element("tbody", {}, ...body));
  return element("div", { class: "scrolled", tabindex: "0", role: "group", "aria-label": `Values of ${data.title}` }, table);
}
