// A job's progress: <section id="progress" data-poll> is fetched anew from the page's own address every second and put
// in place. When the new one no longer polls, the job is over and the whole page is loaded. Without script the page has
// a Refresh link. Speech at every quarter only.

const EVERY_MS = 1000;

export function enhance(root) {
  const section = root.querySelector("[data-poll]");
  if (section) setTimeout(() => look(section), EVERY_MS);
}

async function look(section) {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  // The page's own style carries the nonce of another answer: it is neither needed here nor allowed.
  const text = (await answer.text()).replace(/<style[^]*?<\/style>/g, "");
  const page = new DOMParser().parseFromString(text, "text/html");
  const fresh = page.getElementById(section.id);
  if (!fresh?.hasAttribute("data-poll")) return location.reload();
  sayQuarter(section, fresh);
  const part = document.adoptNode(fresh);
  section.replaceWith(part);
  setTimeout(() => look(part), EVERY_MS);
}

function sayQuarter(before, after) {
  const quarter = (section) => Math.floor(section.querySelector("progress").value / 25);
  if (quarter(after) > quarter(before)) {
    document.dispatchEvent(new CustomEvent("kit:say", { detail: `${quarter(after) * 25}% done` }));
  }
}
