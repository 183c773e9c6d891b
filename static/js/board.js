// The timeline board. Its bars are links that any browser can follow; with this script the arrows walk them, M or a drag
// moves one by whole weeks, and every move ends in the same form, where both days can be read and put right. Nothing
// changes before that form is sent.

const DAY_MS = 86400000;
const WEEK_MS = 7 * DAY_MS;
const SHORTEST_MS = 4 * DAY_MS; // a drag or key leaves at least Monday to Friday; the form takes any days

const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const say = (words) => document.dispatchEvent(new CustomEvent("kit:say", { detail: words }));
const isoDay = (moment) => new Date(moment).toISOString().slice(0, 10);

export function enhance(root) {
  for (const board of all(".tl", root)) setUp(board);
}

function setUp(board) {
  const state = { board, move: undefined, drag: undefined };
  all("a.bar", board).forEach((bar, i) => (bar.tabIndex = i ? -1 : 0));
  board.tabIndex = -1; // the bars take the focus, and the board scrolls with them
  board.addEventListener("keydown", (event) => handleKey(state, event));
  board.addEventListener("pointerdown", (event) => beginDrag(state, event));
  board.addEventListener("click", (event) => swallowClickAfterDrag(state, event));
  board.addEventListener("dragstart", (event) => event.preventDefault());
  addEventListener("pointermove", (event) => drag(state, event));
  addEventListener("pointerup", () => endDrag(state));
  addEventListener("pointercancel", () => cancelDrag(state));
  showToday(board);
  setUpDialog();
}

// A long board opens with today in sight.
function showToday(board) {
  const now = board.querySelector(".now");
  if (now && board.scrollWidth > board.clientWidth) board.scrollLeft = now.offsetLeft - board.clientWidth / 2;
}

// ---------------------------------------------------------------- days and places

const daysOf = (bar) => ({ start: Date.parse(bar.dataset.start), end: Date.parse(bar.dataset.end) });

function place(board, bar, { start, end }) {
  const first = Date.parse(board.dataset.first);
  const whole = Date.parse(board.dataset.last) + DAY_MS - first;
  const hundredths = (moment) => Math.min(100, Math.max(0, ((moment - first) / whole) * 100));
  const left = hundredths(start);
  bar.style.left = `${left}%`;
  bar.style.width = `${hundredths(end + DAY_MS) - left}%`;
}

function words(moment) {
  const options = { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" };
  return new Date(moment).toLocaleDateString(document.documentElement.lang, options);
}

function shifted({ start, end }, by, endOnly) {
  return { start: endOnly ? start : start + by, end: Math.max(end + by, (endOnly ? start : start + by) + SHORTEST_MS) };
}

// ---------------------------------------------------------------- keyboard

function handleKey(state, event) {
  const bar = event.target.closest("a.bar");
  if (!bar || event.ctrlKey || event.metaKey || event.altKey) return;
  if (state.move) handleMoveKey(state, event);
  else if (event.key.toLowerCase() === "m" && bar.dataset.move && document.documentElement.dataset.keys !== "off") {
    event.preventDefault();
    beginMove(state, bar);
  } else walk(state.board, bar, event);
}

function walk(board, bar, event) {
  const bars = all("a.bar", board);
  const at = bars.indexOf(bar);
  const rows = all("[data-row]", board).filter((row) => row.querySelector("a.bar"));
  const row = rows.indexOf(bar.closest("[data-row]"));
  const target = {
    ArrowRight: () => bars[at + 1],
    ArrowLeft: () => bars[at - 1],
    ArrowDown: () => nearest(rows[row + 1], bar),
    ArrowUp: () => nearest(rows[row - 1], bar),
    Home: () => bars[0],
    End: () => bars.at(-1),
  }[event.key];
  if (!target) return;
  event.preventDefault();
  focusBar(bars, target());
}

function nearest(row, bar) {
  const middle = (one) => (daysOf(one).start + daysOf(one).end) / 2;
  const apart = (one) => Math.abs(middle(one) - middle(bar));
  return row && all("a.bar", row).sort((one, other) => apart(one) - apart(other))[0];
}

function focusBar(bars, bar) {
  if (!bar) return;
  bars.forEach((one) => (one.tabIndex = -1));
  bar.tabIndex = 0;
  bar.focus();
}

function beginMove(state, bar) {
  state.move = { bar, days: daysOf(bar) };
  bar.classList.add("drag");
  say("Moving. Left and right change the days by a week, with Shift only the last day. Enter confirms, Escape cancels.");
}

function handleMoveKey(state, event) {
  const { bar, days } = state.move;
  const by = { ArrowLeft: -WEEK_MS, ArrowRight: WEEK_MS }[event.key];
  if (by) {
    state.move.days = shifted(days, by, event.shiftKey);
    place(state.board, bar, state.move.days);
    say(`${words(state.move.days.start)} to ${words(state.move.days.end)}`);
  } else if (event.key === "Enter") {
    endMove(state);
    confirmMove(state.board, bar, days);
  } else if (event.key === "Escape" || event.key === "Tab") {
    endMove(state);
    place(state.board, bar, daysOf(bar));
    say("Put back");
    if (event.key === "Tab") return;
  } else return;
  event.preventDefault();
}

function endMove(state) {
  state.move.bar.classList.remove("drag");
  state.move = undefined;
}

// ---------------------------------------------------------------- pointer (not touch: there a finger scrolls)

function beginDrag(state, event) {
  const bar = event.target.closest("a.bar[data-move]");
  if (!bar || event.button || event.pointerType === "touch") return;
  const endOnly = Boolean(event.target.closest(".grip"));
  state.drag = { bar, endOnly, from: event.clientX, width: bar.parentElement.clientWidth, days: daysOf(bar), weeks: 0 };
}

function drag(state, event) {
  const { drag, board } = state;
  if (!drag) return;
  const whole = Date.parse(board.dataset.last) + DAY_MS - Date.parse(board.dataset.first);
  const weeks = Math.round((((event.clientX - drag.from) / drag.width) * whole) / WEEK_MS);
  if (weeks === drag.weeks && !drag.moved) return;
  drag.moved = true;
  drag.weeks = weeks;
  drag.bar.classList.add("drag");
  place(board, drag.bar, shifted(drag.days, weeks * WEEK_MS, drag.endOnly));
}

function endDrag(state) {
  const { drag, board } = state;
  if (!drag) return;
  cancelDrag(state);
  if (!drag.moved) return;
  state.justDragged = true; // the click that follows must not open the secondment
  setTimeout(() => (state.justDragged = false));
  if (drag.weeks) confirmMove(board, drag.bar, shifted(drag.days, drag.weeks * WEEK_MS, drag.endOnly));
}

function cancelDrag(state) {
  state.drag?.bar.classList.remove("drag");
  state.drag = undefined;
}

function swallowClickAfterDrag(state, event) {
  if (state.justDragged && event.target.closest("a.bar")) event.preventDefault();
}

// ---------------------------------------------------------------- the form that every move ends in

function confirmMove(board, bar, days) {
  const dialog = document.getElementById("move");
  const form = dialog.querySelector("form");
  form.action = bar.dataset.move;
  form.dataset.recheck = bar.dataset.check;
  form.elements.version.value = bar.dataset.version;
  dialog.querySelector("[data-move-what]").textContent = bar.textContent.replace(/\s+/g, " ").trim();
  fill(form.elements.start, days.start);
  fill(form.elements.end, days.end);
  dialog.onclose = () => {
    place(board, bar, daysOf(bar));
    bar.focus();
  };
  dialog.showModal();
  recheck(form);
}

function fill(input, moment) {
  input.value = words(moment);
  input.dataset.iso = isoDay(moment);
  input.dispatchEvent(new Event("input", { bubbles: true }));
}

function recheck(form) {
  if (form.dataset.recheck) form.elements.end.dispatchEvent(new Event("change", { bubbles: true }));
}

function setUpDialog() {
  const dialog = document.getElementById("move");
  if (!dialog || dialog.dataset.ready) return;
  dialog.dataset.ready = "yes";
  const form = dialog.querySelector("form");
  dialog.querySelector("[data-cancel]").addEventListener("click", () => dialog.close());
  for (const button of all("[data-nudge]", dialog)) {
    button.addEventListener("click", () => {
      for (const input of [form.elements.start, form.elements.end]) nudge(input, Number(button.dataset.nudge));
      recheck(form);
    });
  }
}

// What cannot be read as a day (dates.js found none) is left alone.
function nudge(input, days) {
  if (input.dataset.iso) fill(input, Date.parse(input.dataset.iso) + days * DAY_MS);
}
