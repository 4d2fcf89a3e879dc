// Numbers, shares and dates as the language in use writes them.

import { currentLanguage } from "./texts.js";

const STEPS = [["day", 86_400_000], ["hour", 3_600_000], ["minute", 60_000]];

/** A whole number with its separators. */
export function count(value) {
  return new Intl.NumberFormat(currentLanguage()).format(value);
}

/** A number with at most two decimals. */
export function decimal(value) {
  return new Intl.NumberFormat(currentLanguage(), { maximumFractionDigits: 2 }).format(value);
}

/** A share of 0 to 1 in percent, by default without decimals. */
export function percent(share, digits = 0) {
  const format = { style: "percent", maximumFractionDigits: digits };
  return new Intl.NumberFormat(currentLanguage(), format).format(share);
}

/** A day ("2026-06-01") or the day of a moment. */
export function date(value) {
  const day = value.length === 10 ? new Date(`${value}T00:00`) : new Date(value);
  return new Intl.DateTimeFormat(currentLanguage(), { dateStyle: "medium" }).format(day);
}

/** Day and time of a moment. */
export function moment(value) {
  return new Intl.DateTimeFormat(currentLanguage(), { dateStyle: "medium", timeStyle: "short" }).format(new Date(value));
}

/** How long ago a moment is: "vor 3 Tagen". */
export function passed(value) {
  const elapsed = Math.max(0, Date.now() - new Date(value).getTime());
  const [unit, length] = STEPS.find(([, size]) => elapsed >= size) ?? STEPS.at(-1);
  return new Intl.RelativeTimeFormat(currentLanguage(), { numeric: "auto" }).format(-Math.floor(elapsed / length), unit);
}

/** A moment in the past with its date: "vor 3 Tagen (01.06.2026)". */
export function ago(value) {
  return `${passed(value)} (${date(value)})`;
}
