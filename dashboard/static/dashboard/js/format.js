// Numbers and dates as people read them: everywhere alike.

const page = JSON.parse(document.getElementById("script-data").textContent);
export const timeZone = page.timeZone;

const counts = new Intl.NumberFormat("en");
const compacts = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
const amounts = new Intl.NumberFormat("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const rates = new Intl.NumberFormat("en", {
  style: "percent",
  minimumFractionDigits: 2,
  maximumFractionDigits: 2,
});
const wholes = new Intl.NumberFormat("en", { style: "percent", maximumFractionDigits: 0 });
const exacts = new Intl.NumberFormat("en", { maximumFractionDigits: 20 });
const signs = new Intl.NumberFormat("en", { signDisplay: "exceptZero", maximumFractionDigits: 1 });
const percents = new Intl.NumberFormat("en", { style: "percent", maximumFractionDigits: 1 });
const milliseconds = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });
const scores = new Intl.NumberFormat("en", { minimumFractionDigits: 3, maximumFractionDigits: 3 });
const ranks = new Intl.NumberFormat("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 });

export const NOTHING = "–";
const or = (format) => (value) => (value === null || value === undefined ? NOTHING : format(value));

export const count = or((value) => counts.format(value));
export const compact = or((value) => compacts.format(value));
export const money = or((value) => amounts.format(value));
export const rate = or((value) => rates.format(value));
export const share = or((value) => wholes.format(value));
export const exact = or((value) => exacts.format(value));
export const signed = or((value) => signs.format(value));
// A change in percent, which the endpoint gives as such: 12.5 is 12.5 %.
export const percent = or((value) => percents.format(value / 100));
export const ms = or((value) => `${milliseconds.format(value)} ms`);
export const score = or((value) => scores.format(value));
export const rank = or((value) => ranks.format(value));
export const text = or((value) => String(value));
export const yesNo = (value) => (value ? "yes" : "no");

export const plural = (number, one, many = `${one}s`) =>
  `${count(number)} ${number === 1 ? one : many}`;

// A day of the endpoint has no time: as UTC it stays the same day everywhere.
const asDay = (iso) => new Date(`${iso}T00:00:00Z`);
const dayOf = (options) => {
  const format = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", ...options });
  return (iso) => format.format(asDay(iso));
};
export const day = dayOf({ day: "numeric", month: "short", year: "numeric" });
export const shortDay = dayOf({ day: "numeric", month: "short" });
export const longDay = dayOf({ weekday: "short", day: "numeric", month: "short", year: "numeric" });

const clock = new Intl.DateTimeFormat("en-GB", {
  timeZone,
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});
const moments = new Intl.DateTimeFormat("en-GB", {
  timeZone,
  day: "numeric",
  month: "short",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
});
export const time = (instant) => clock.format(new Date(instant));
export const moment = (instant) => moments.format(new Date(instant));

const parts = new Intl.DateTimeFormat("en-GB", {
  timeZone,
  year: "numeric",
  month: "numeric",
  day: "numeric",
  hour: "numeric",
  minute: "numeric",
  second: "numeric",
  hourCycle: "h23",
});
// What the clock on the wall says in the reporting time zone, in milliseconds: for axes that show
// its days.
export function wallClock(instant) {
  const at = Object.fromEntries(
    parts.formatToParts(new Date(instant)).map(({ type, value }) => [type, Number(value)]),
  );
  return Date.UTC(at.year, at.month - 1, at.day, at.hour, at.minute, at.second);
}

// "18–24 Nov 2026"
export function period({ from, to }) {
  if (from === to) return day(to);
  const [start, end] = [asDay(from), asDay(to)];
  return new Intl.DateTimeFormat("en-GB", {
    timeZone: "UTC",
    day: "numeric",
    month: "short",
    year: "numeric",
  }).formatRange(start, end);
}

export const lastDays = (days) => (days === 1 ? "today" : `last ${days} days`);

const words = {
  model_error: "Model error",
  timeout: "Timeout",
  unknown: "No reason given",
  acceptance_rate: "Acceptance rate",
  degraded_scoring_rate: "Degraded scoring",
  revenue: "Revenue a day",
  totalOffers: "Offers",
  activeOffers: "Active offers",
  offersWithCreatives: "Active offers with an active creative",
  totalCreatives: "Their active creatives",
  qualification: "Not qualified",
  contact_policy: "Held back by a contact policy",
  outranked: "Outranked",
};
// A name of the endpoint in words: position_based → Position based.
export function word(name) {
  const plain = words[name] ?? String(name).replaceAll("_", " ");
  return plain.charAt(0).toUpperCase() + plain.slice(1);
}
