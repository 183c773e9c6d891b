// data-swap="#part" on a GET form or a link: fetch the page it leads to, take the same part out of it and put it in
// place. The address bar, the Back button and the focus follow; without script the form or link simply works.
//
// data-auto inside such a form sends it at every change. data-say on the new part is spoken.
// data-recheck="/address" data-recheck-into="#part" on a form posts it there at every change and swaps the part of the
// answer: checks that keep up while the form is filled in, also shortly after the last key. The server must not write on
// such a request. Of answers that overtake each other the one to the newest question stays.

const started = new WeakSet();
const PAUSE_MS = 400;
let typing;
let asked = 0;

export function enhance() {
  if (started.has(document)) return;
  started.add(document);
  document.addEventListener("submit", swapOnSubmit);
  document.addEventListener("click", swapOnClick);
  document.addEventListener("change", handleChange);
  document.addEventListener("input", handleTyping);
  addEventListener("popstate", (event) => {
    if (event.state?.part) load(location.href, event.state.part);
    else location.reload();
  });
}

function swapOnSubmit(event) {
  const form = event.target;
  const part = form.dataset.swap;
  if (!part || form.method !== "get") return;
  event.preventDefault();
  const query = new URLSearchParams(new FormData(form, event.submitter));
  visit(`${form.action.split("?")[0]}?${query}`, part);
}

function swapOnClick(event) {
  const link = event.target.closest("a[data-swap]");
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  visit(link.href, link.dataset.swap);
}

function handleChange(event) {
  const form = event.target.form;
  if (event.target.closest("[data-auto]")) form.requestSubmit();
  if (form?.dataset.recheck) recheck(form);
}

function handleTyping(event) {
  const form = event.target.form;
  if (!form?.dataset.recheck) return;
  clearTimeout(typing);
  typing = setTimeout(() => recheck(form), PAUSE_MS);
}

async function visit(url, part) {
  if (!history.state?.part) history.replaceState({ part }, "", location.href);
  const landed = await load(url, part);
  if (landed) history.pushState({ part }, "", landed);
}

// The address that answered, or nothing when the browser has to go there by itself.
async function load(url, part) {
  document.querySelector(part)?.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(url);
    if (replace(part, await answer.text())) return answer.url;
  } catch {
    // The connection failed: the browser's own page for that says it best.
  }
  location.assign(url);
  return undefined;
}

async function recheck(form) {
  clearTimeout(typing);
  const question = ++asked;
  const part = form.dataset.recheckInto;
  const answer = await fetch(form.dataset.recheck, { method: "POST", body: new FormData(form) });
  const text = await answer.text();
  if (question === asked && (answer.ok || answer.status === 422)) replace(part, text);
}

function replace(part, html) {
  const fresh = new DOMParser().parseFromString(html, "text/html").querySelector(part);
  const old = document.querySelector(part);
  if (!fresh || !old) return false;
  const focused = document.activeElement?.id;
  const placed = document.adoptNode(fresh);
  old.replaceWith(placed);
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  document.dispatchEvent(new CustomEvent("kit:swapped", { detail: placed }));
  if (placed.dataset.say) document.dispatchEvent(new CustomEvent("kit:say", { detail: placed.dataset.say }));
  return true;
}
