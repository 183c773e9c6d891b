// Expands an iCalendar file with ical.js, the parser of Thunderbird, Nextcloud and FullCalendar.
// Usage: node expand.mjs NODE_MODULES FILE. Prints JSON: [[uid, start in UTC, status], ...]
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [modules, file] = process.argv.slice(2);
const { default: ICAL } = await import(pathToFileURL(join(modules, "ical.js", "dist", "ical.js")).href);

const calendar = new ICAL.Component(ICAL.parse(readFileSync(file, "utf8")));
for (const zone of calendar.getAllSubcomponents("vtimezone")) {
  ICAL.TimezoneService.register(zone);
}

const vevents = calendar.getAllSubcomponents("vevent");
const overrides = vevents.filter((vevent) => vevent.hasProperty("recurrence-id"));
const found = [];

function note(event, start) {
  const status = event.component.getFirstPropertyValue("status");
  found.push([event.uid, start.convertToZone(ICAL.Timezone.utcTimezone).toString(), status]);
}

for (const vevent of vevents.filter((each) => !overrides.includes(each))) {
  const event = new ICAL.Event(vevent, { exceptions: [] });
  for (const override of overrides.filter((each) => each.getFirstPropertyValue("uid") === event.uid)) {
    event.relateException(override);
  }
  if (!event.isRecurring()) {
    note(event, event.startDate);
    continue;
  }
  const iterator = event.iterator();
  for (let next = iterator.next(); next; next = iterator.next()) {
    const details = event.getOccurrenceDetails(next);
    note(details.item, details.startDate);
  }
}
console.log(JSON.stringify(found));
