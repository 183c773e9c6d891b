// A typed date is spelled back in words at once, so that 3/4/2027 cannot be misread. The server reads dates by
// exchange/domain/dates.py; what is read here is read there as the same day, and what is not is simply not echoed.
// The date also stands on the input as data-iso, for other scripts.

const MONTHS = ["January", "February", "March", "April", "May", "June"].concat(
  ["July", "August", "September", "October", "November", "December"],
);
const WEEKDAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const YEAR_FIRST = /^(\d{4})[-/. ](\d{1,2})[-/. ](\d{1,2})$/;
const YEAR_LAST = /^(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})$/;
const DAY_MONTH = /^(\d{1,2})(?:st|nd|rd|th)?[- ]([a-z]+)\.?[-, ]+(\d{4})$/;
const MONTH_DAY = /^([a-z]+)\.?[- ](\d{1,2})(?:st|nd|rd|th)?(?:, ?| )(\d{4})$/;

export const monthFirst = () => document.documentElement.lang === "en-US";

export function enhance(root) {
  for (const input of root.querySelectorAll("input.date")) {
    input.addEventListener("input", () => echo(input));
    mark(input, readDate(input.value, monthFirst()));
  }
}

function echo(input) {
  const date = readDate(input.value, monthFirst());
  const place = document.getElementById(`${input.id}-echo`);
  mark(input, date);
  if (place) place.textContent = date ? inWords(date, monthFirst()) : "";
}

function mark(input, date) {
  if (date) input.dataset.iso = date.toISOString().slice(0, 10);
  else delete input.dataset.iso;
}

// The day as midnight UTC, or nothing.
export function readDate(text, monthFirst) {
  const typed = text.trim().replace(/\s+/g, " ").toLowerCase();
  let match;
  if ((match = YEAR_FIRST.exec(typed))) return day(match[1], match[2], match[3]);
  if ((match = YEAR_LAST.exec(typed))) {
    return monthFirst ? day(match[3], match[1], match[2]) : day(match[3], match[2], match[1]);
  }
  if ((match = DAY_MONTH.exec(typed))) return day(match[3], monthNumber(match[2]), match[1]);
  if ((match = MONTH_DAY.exec(typed))) return day(match[3], monthNumber(match[1]), match[2]);
  return undefined;
}

function monthNumber(word) {
  const short = word === "sept" ? "sep" : word;
  return MONTHS.findIndex((name) => [name.toLowerCase(), name.slice(0, 3).toLowerCase()].includes(short)) + 1;
}

function day(year, month, dayOfMonth) {
  const date = new Date(Date.UTC(+year, month - 1, +dayOfMonth));
  const real = +year >= 1900 && date.getUTCMonth() === month - 1 && date.getUTCDate() === +dayOfMonth;
  return real ? date : undefined;
}

export function inWords(date, monthFirst) {
  const [weekday, month] = [WEEKDAYS[date.getUTCDay()], MONTHS[date.getUTCMonth()]];
  const [number, year] = [date.getUTCDate(), date.getUTCFullYear()];
  return monthFirst ? `${weekday}, ${month} ${number}, ${year}` : `${weekday} ${number} ${month} ${year}`;
}
