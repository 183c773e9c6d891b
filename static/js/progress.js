// A job's progress: <section id="progress" data-poll> is fetched anew from the page's own address every second and put
// in place, and with it what the job has reached so far, <div id="…" data-live>, where that has changed. When the new one
// no longer polls, the job is over and the whole page is loaded. Without script the page has a Refresh link. Speech at
// every quarter only.

const EVERY_MS = 1000;
const places = new CSSStyleSheet();
let drawn;

export function enhance(root) {
  const section = root.querySelector("[data-poll]");
  if (section) setTimeout(() => look(section), EVERY_MS);
}

async function look(section) {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  // The page's own style carries the nonce of another answer, so it is taken out and read apart.
  const text = await answer.text();
  const styles = /<style id="board-places"[^>]*>([^]*?)<\/style>/.exec(text)?.[1] ?? "";
  const page = new DOMParser().parseFromString(text.replace(/<style[^]*?<\/style>/g, ""), "text/html");
  const fresh = page.getElementById(section.id);
  if (!fresh?.hasAttribute("data-poll")) return location.reload();
  sayQuarter(section, fresh);
  const part = document.adoptNode(fresh);
  section.replaceWith(part);
  redraw(page.querySelector("[data-live]"), styles);
  setTimeout(() => look(part), EVERY_MS);
}

// Whoever is reading in the old one with the keyboard keeps it until they leave it.
function redraw(fresh, styles) {
  const old = fresh && document.getElementById(fresh.id);
  if (!old || fresh.outerHTML === drawn || old.contains(document.activeElement)) return;
  drawn = fresh.outerHTML;
  const scrolled = old.querySelector(".tl")?.scrollLeft ?? 0;
  places.replaceSync(styles);
  document.adoptedStyleSheets = [places];
  const part = document.adoptNode(fresh);
  old.replaceWith(part);
  part.querySelector(".tl")?.scrollTo({ left: scrolled });
  document.dispatchEvent(new CustomEvent("kit:swapped", { detail: part }));
}

function sayQuarter(before, after) {
  const quarter = (section) => Math.floor(section.querySelector("progress").value / 25);
  if (quarter(after) > quarter(before)) {
    document.dispatchEvent(new CustomEvent("kit:say", { detail: `${quarter(after) * 25}% done` }));
  }
}
