// The legend: each line is a button that hides and shows it, with its value at the cursor.

class Legend {
  constructor(view) {
    this.view = view;
    this.values = new Map();
    this.buttons = new Map();
    this.list = element("ul", { class: "legend", "aria-label": `Lines of ${view.data.title}` });
    for (const line of view.lines) this.list.append(element("li", {}, this.makeButton(line)));
    if (view.lines.length > 2) this.list.append(element("li", {}, this.makeSwitch()));
  }

  makeButton(line) {
    const value = element("span", { class: "value" });
    const name = element("span", { class: "name" }, line.name);
    const button = element("button", { type: "button", "aria-pressed": "true" }, swatch(line), name, value);
    button.addEventListener("click", () => this.set([line], this.view.hidden.has(line)));
    this.values.set(line, value);
    this.buttons.set(line, button);
    return button;
  }

  // Hides all lines where all are shown, so that a few can be picked.
  makeSwitch() {
    this.switch = element("button", { type: "button", class: "switch" }, "Hide all");
    this.switch.addEventListener("click", () => this.set(this.view.lines, this.view.hidden.size > 0));
    return this.switch;
  }

  set(lines, isShown) {
    for (const line of lines) {
      if (isShown) this.view.hidden.delete(line); else this.view.hidden.add(line);
      this.buttons.get(line).setAttribute("aria-pressed", String(isShown));
    }
    if (this.switch) this.switch.textContent = this.view.hidden.size ? "Show all" : "Hide all";
    this.view.draw();
  }

  tell(line, text) {
    this.values.get(line).textContent = text;
  }
}
