// The kit's script. Every page works without it; it makes some things quicker.
//
// This file holds what any page may need. What only some pages need lives in js/*.js and is fetched when the page has
// the markup for it. A module exports enhance(root), which is called once for the page and again for every part that
// js/swap.js puts in its place. Modules do not import each other: they speak through the document, with the events
// "kit:say" (words for a screen reader) and "kit:swapped" (a part of the page is new).

const FEATURES = [
  ["[data-swap], [data-recheck-into]", "swap"],
  ["input.date", "dates"],
  [".tl", "board"],
  ["[data-poll]", "progress"],
  ["select[data-combobox]", "combobox"],
];
const VERSION = new URL(import.meta.url).search;
const YEAR_S = 31536000;

const all = (selector, root = document) => [...root.querySelectorAll(selector)];

function start() {
  document.addEventListener("kit:say", (event) => say(event.detail));
  document.addEventListener("kit:swapped", (event) => enhance(event.detail));
  document.addEventListener("keydown", focusByKey);
  document.addEventListener("submit", showBusy);
  document.addEventListener("click", handleClick);
  document.addEventListener("keydown", closeMenusOnEscape);
  addEventListener("beforeunload", warnOfUnsavedText);
  addEventListener("pageshow", clearBusy);
  setUpThemeSwitch();
  setUpDrawer();
  enhance(document);
  document.querySelector("[data-focus]")?.focus();
}

function enhance(root) {
  all("[data-needs-script]", root).forEach((part) => (part.hidden = false));
  all(".scroll", root).forEach((box) => wideBoxes.observe(box));
  all("table.stacks", root).forEach(nameCells);
  all("form[data-guard]", root).forEach((form) => form.addEventListener("input", () => (form.dataset.dirty = "yes")));
  for (const [selector, name] of FEATURES) {
    if (root.querySelector(selector)) import(`./js/${name}.js${VERSION}`).then((module) => module.enhance(root));
  }
}

// ---------------------------------------------------------------- words for a screen reader

function say(words) {
  const live = document.getElementById("live");
  live.textContent = "";
  // A region that is emptied and filled in one go is not read out again.
  setTimeout(() => (live.textContent = words), 50);
}

// ---------------------------------------------------------------- light, dark, or as the system has it

function setUpThemeSwitch() {
  const button = document.querySelector("[data-theme-switch]");
  if (!button) return;
  const order = ["system", "light", "dark"];
  const chosen = () => document.documentElement.dataset.theme || "system";
  const next = () => order[(order.indexOf(chosen()) + 1) % order.length];
  const label = () => {
    button.dataset.themeSwitch = chosen();
    button.querySelector(".vh").textContent = `Colours: ${chosen()}. Change to ${next()}`;
  };
  button.addEventListener("click", () => {
    chooseTheme(next());
    label();
    say(`Colours: ${chosen()}`);
  });
  label();
  button.hidden = false;
}

function chooseTheme(theme) {
  const system = theme === "system";
  if (system) delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `theme=${system ? "" : theme}; path=/; max-age=${system ? 0 : YEAR_S}; samesite=lax${secure}`;
}

// ---------------------------------------------------------------- the menu on a narrow screen

// Without this script the menu button is a link to #side, and :target shows the menu.
function setUpDrawer() {
  const button = document.querySelector("[data-menu]");
  const side = document.getElementById("side");
  if (!button || !side) return;
  const setOpen = (open) => {
    side.classList.toggle("open", open);
    button.setAttribute("aria-expanded", open);
    (open ? side.querySelector("a") : button).focus();
  };
  button.setAttribute("role", "button");
  button.setAttribute("aria-controls", "side");
  button.setAttribute("aria-expanded", "false");
  button.addEventListener("click", (event) => {
    event.preventDefault();
    setOpen(!side.classList.contains("open"));
  });
  button.addEventListener("keydown", (event) => event.key === " " && (event.preventDefault(), button.click()));
  side.querySelector("[data-menu-close]").addEventListener("click", (event) => {
    event.preventDefault();
    setOpen(false);
  });
  document.addEventListener("click", (event) => {
    const outside = !side.contains(event.target) && !button.contains(event.target);
    if (outside && side.classList.contains("open")) setOpen(false);
  });
  side.addEventListener("keydown", (event) => event.key === "Escape" && setOpen(false));
}

function closeMenusOnEscape(event) {
  if (event.key !== "Escape") return;
  for (const menu of all("details.who[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
}

// ---------------------------------------------------------------- keys, clicks, forms

// <input data-key="/"> takes the focus when the key is pressed outside a field. <html data-keys="off"> switches it off.
function focusByKey(event) {
  const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
  if (typing || event.ctrlKey || event.metaKey || event.altKey || document.documentElement.dataset.keys === "off") return;
  const target = all("[data-key]").find((element) => element.dataset.key === event.key);
  if (!target) return;
  event.preventDefault();
  target.focus();
}

function handleClick(event) {
  const target = event.target;
  for (const menu of all("details.who[open]")) if (!menu.contains(target)) menu.open = false;
  if (target.closest("[data-print]")) print();
  const fault = target.closest(".summary a");
  if (fault) focusField(event, fault);
  const copy = target.closest("[data-copy]");
  if (copy) copyText(copy);
  const ticks = target.closest("input[data-tick-all]");
  if (ticks) all(`input[name="${ticks.dataset.tickAll}"]`).forEach((box) => (box.checked = ticks.checked));
}

// A line of the error summary leads into its field, not only to it.
function focusField(event, link) {
  const field = document.getElementById(link.hash.slice(1));
  if (!field) return;
  event.preventDefault();
  field.focus();
  (field.labels?.[0] ?? field).scrollIntoView({ block: "nearest" });
}

// <button data-copy="#address"> copies the text of #address.
async function copyText(button) {
  const source = document.querySelector(button.dataset.copy);
  await navigator.clipboard.writeText(source.value ?? source.textContent.trim());
  say("Copied");
}

// <button data-busy="Saving…"> says so once and is not pressed twice. It is not disabled: its name must still be sent.
function showBusy(event) {
  const form = event.target;
  const button = event.submitter;
  if (form.dataset.sent) return event.preventDefault();
  delete form.dataset.dirty;
  if (event.defaultPrevented || !button?.dataset.busy) return;
  form.dataset.sent = "yes";
  button.dataset.words = button.textContent;
  button.textContent = button.dataset.busy;
  button.setAttribute("aria-disabled", "true");
  say(button.dataset.busy);
}

// A page brought back by the Back button must be usable again.
function clearBusy() {
  all("form[data-sent]").forEach((form) => delete form.dataset.sent);
  all("button[data-words]").forEach((button) => {
    button.textContent = button.dataset.words;
    button.removeAttribute("aria-disabled");
    delete button.dataset.words;
  });
}

// <form data-guard> asks before text that was typed is lost.
function warnOfUnsavedText(event) {
  if (document.querySelector("form[data-dirty]")) event.preventDefault();
}

// ---------------------------------------------------------------- tables whose rows become blocks on a phone

// Cells carry the words of their column, and all say what they are: some browsers forget it when cells are laid out anew.
function nameCells(table) {
  const heads = [...table.tHead.rows[0].cells];
  const words = heads.map((head) => (head.querySelector(".vh") ? "" : head.textContent.trim()));
  table.setAttribute("role", "table");
  all("thead, tbody", table).forEach((group) => group.setAttribute("role", "rowgroup"));
  heads.forEach((head) => head.setAttribute("role", "columnheader"));
  for (const row of table.rows) {
    row.setAttribute("role", "row");
    if (row.parentElement === table.tHead) continue;
    [...row.cells].forEach((cell, i) => {
      cell.setAttribute("role", cell.tagName === "TH" ? "rowheader" : "cell");
      if (cell.tagName === "TD" && words[i]) cell.dataset.label = words[i];
    });
  }
}

// ---------------------------------------------------------------- tables wider than their box

// They take the focus, so that the keyboard can scroll them, and say what they are.
const wideBoxes = new ResizeObserver((entries) => entries.forEach((entry) => markWide(entry.target)));

function markWide(box) {
  const wide = box.scrollWidth > box.clientWidth + 1;
  const attributes = { tabindex: "0", role: "region", "aria-label": `${nameOf(box)} (scrolls sideways)` };
  for (const [name, value] of Object.entries(attributes)) {
    if (wide) box.setAttribute(name, value);
    else box.removeAttribute(name);
  }
}

function nameOf(box) {
  const caption = box.querySelector("caption") ?? box.closest("section, figure, .card")?.querySelector("h2, figcaption");
  return caption?.textContent.trim() ?? "Table";
}

start();
