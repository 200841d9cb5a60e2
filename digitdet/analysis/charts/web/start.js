// Begins with each chart of the page.

for (const figure of document.querySelectorAll("figure.chart")) {
  new ChartView(figure, JSON.parse(figure.querySelector("script").textContent));
}
