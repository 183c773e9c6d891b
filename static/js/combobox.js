// <select data-combobox>: a long select becomes a field to type in, with the matching choices below it (the pattern
// "editable combobox with list autocomplete" of the ARIA Authoring Practices). The select stays in the form, hidden, and
// carries the value; where scripts are off it is what people use.

const say = (words) => document.dispatchEvent(new CustomEvent("kit:say", { detail: words }));
const plain = (words) => words.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

export function enhance(root) {
  for (const select of root.querySelectorAll("select[data-combobox]")) {
    if (!select.multiple && !select.hidden) new Combobox(select);
  }
}

class Combobox {
  constructor(select) {
    this.select = select;
    this.active = -1;
    this.build();
    this.input.addEventListener("input", () => this.open(this.input.value));
    this.input.addEventListener("click", () => this.list.hidden && this.open(""));
    this.input.addEventListener("keydown", (event) => this.handleKey(event));
    this.input.addEventListener("blur", () => this.settle());
    this.list.addEventListener("mousedown", (event) => this.handleMouse(event));
  }

  // The input takes over the select's id, so that its label and the links of the error summary lead to it.
  build() {
    const { select } = this;
    const id = select.id;
    this.input = document.createElement("input");
    this.list = document.createElement("ul");
    const box = document.createElement("div");
    select.id = `${id}-select`;
    select.hidden = true;
    box.className = "combo";
    Object.assign(this.input, { id, type: "text", autocomplete: "off", spellcheck: false });
    Object.assign(this.list, { id: `${id}-list`, hidden: true });
    const attributes = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false" };
    attributes["aria-controls"] = this.list.id;
    for (const name of ["aria-describedby", "aria-invalid"]) {
      if (select.hasAttribute(name)) attributes[name] = select.getAttribute(name);
    }
    for (const [name, value] of Object.entries(attributes)) this.input.setAttribute(name, value);
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", document.querySelector(`label[for="${CSS.escape(id)}"]`)?.textContent ?? "Choices");
    box.append(this.input, this.list);
    select.after(box);
    this.showChosen();
  }

  showChosen() {
    const option = this.select.selectedOptions[0];
    this.input.value = option?.value ? option.textContent.trim() : "";
    this.input.placeholder = [...this.select.options].find((one) => !one.value)?.textContent.trim() ?? "";
  }

  open(words) {
    const wanted = plain(words).split(/\s+/).filter(Boolean);
    const fits = (option) => option.value && wanted.every((part) => plain(option.textContent).includes(part));
    this.choices = [...this.select.options].filter(fits);
    this.list.replaceChildren(...this.choices.map((option, i) => this.line(option, i)));
    this.show(this.choices.length > 0);
    this.activate(-1);
    say(this.choices.length === 1 ? "1 choice" : `${this.choices.length} choices`);
  }

  line(option, i) {
    const line = document.createElement("li");
    line.id = `${this.list.id}-${i}`;
    line.setAttribute("role", "option");
    line.setAttribute("aria-selected", "false");
    line.textContent = option.textContent.trim();
    return line;
  }

  show(open) {
    this.list.hidden = !open;
    this.input.setAttribute("aria-expanded", open);
    if (!open) this.activate(-1);
  }

  activate(i) {
    const lines = [...this.list.children];
    lines[this.active]?.setAttribute("aria-selected", "false");
    this.active = i;
    if (!lines[i]) return this.input.removeAttribute("aria-activedescendant");
    lines[i].setAttribute("aria-selected", "true");
    lines[i].scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", lines[i].id);
  }

  handleKey(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      if (this.list.hidden) this.open("");
      const count = this.choices.length;
      if (count) this.activate(this.active < 0 && step < 0 ? count - 1 : (this.active + step + count) % count);
    } else if (event.key === "Enter" && !this.list.hidden && this.active >= 0) {
      event.preventDefault();
      this.choose(this.choices[this.active]);
    } else if (event.key === "Escape" && !this.list.hidden) {
      event.preventDefault();
      this.show(false);
      this.showChosen();
    }
  }

  handleMouse(event) {
    event.preventDefault(); // the input keeps the focus
    const line = event.target.closest("li");
    if (line) this.choose(this.choices[[...this.list.children].indexOf(line)]);
  }

  choose(option) {
    this.select.value = option.value;
    this.showChosen();
    this.show(false);
    this.select.dispatchEvent(new Event("change", { bubbles: true }));
  }

  // What was typed counts when it is a choice; an emptied field means none; anything else is put back.
  settle() {
    this.show(false);
    const typed = plain(this.input.value).trim();
    const match = [...this.select.options].find((option) => plain(option.textContent).trim() === typed);
    const option = typed ? match : [...this.select.options].find((one) => !one.value);
    if (option && option.value !== this.select.value) this.choose(option);
    else this.showChosen();
  }
}
