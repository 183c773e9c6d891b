// A job's progress over server-sent events: <section data-events="/jobs/7/events" data-done="/jobs/7">.
//
// The server sends "progress" with {"percent": 40, "words": "1,600 of 4,000 plans tried"} and at the end "done". The
// browser reconnects by itself when the stream ends early. Speech at every quarter only.

export function enhance(root) {
  for (const section of root.querySelectorAll("[data-events]")) follow(section);
}

function follow(section) {
  const source = new EventSource(section.dataset.events);
  const bar = section.querySelector("progress");
  const output = section.querySelector("output");
  let spoken = Math.floor(bar.value / 25);
  source.addEventListener("progress", (event) => {
    const { percent, words } = JSON.parse(event.data);
    bar.value = percent;
    output.textContent = words;
    if (Math.floor(percent / 25) > spoken) {
      spoken = Math.floor(percent / 25);
      say(`${percent}% done`);
    }
  });
  source.addEventListener("done", () => {
    source.close();
    say("Done");
    if (section.dataset.done) location.assign(section.dataset.done);
  });
  addEventListener("pagehide", () => source.close());
}

function say(words) {
  document.dispatchEvent(new CustomEvent("kit:say", { detail: words }));
}
