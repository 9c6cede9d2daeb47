// Formatted figures, with a no-break space before the unit. A missing one is a dash, which
// screen readers read as "not known".

import { h, unseen } from './dom.js';

/** @type {{ locale?: string, timeZone?: string }} */
const reader = {};

/**
 * Sets the locale and the time zone of figures and times.
 *
 * @param {{ locale?: string, timeZone?: string }} context
 */
export function setLocale({ locale, timeZone }) {
  try {
    new Intl.DateTimeFormat(locale, { timeZone });
    Object.assign(reader, { locale, timeZone });
  } catch {
    Object.assign(reader, { locale: undefined, timeZone: undefined }); // a name this browser does not know
  }
}

/**
 * @param {number} value
 * @param {Intl.NumberFormatOptions} [options]
 */
function number(value, options) {
  return new Intl.NumberFormat(reader.locale, options).format(value);
}

/** @param {number} value */
export function count(value) {
  return number(value);
}

/**
 * @param {number} value
 * @param {string} one
 * @param {string} [many]
 */
export function formatCount(value, one, many = one + 's') {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** @param {number} share 0 to 1 */
export function percent(share) {
  const value = share * 100;
  if (value > 0 && value < 0.1) return '<0.1\u00a0%';
  const digits = value < 9.95 || (value > 99 && value < 100) ? 1 : 0;
  return number(value, { maximumFractionDigits: digits }) + '\u00a0%';
}

/**
 * A difference of shares, in points of a hundred.
 *
 * @param {number} share
 */
export function points(share) {
  return number(share * 100, { maximumFractionDigits: 1, signDisplay: 'exceptZero' }).replace('-', '−');
}

/** @param {number} value */
export function seconds(value) {
  if (value >= 120) return number(value / 60, { maximumFractionDigits: 1 }) + '\u00a0min';
  if (value >= 0.1 || value === 0) return number(value, { maximumFractionDigits: 1 }) + '\u00a0s';
  return number(value * 1000, { maximumFractionDigits: 1 }) + '\u00a0ms';
}

/** @param {number} value */
export function usd(value) {
  return '$' + number(value, value >= 0.1 || value === 0 ? { minimumFractionDigits: 2, maximumFractionDigits: 2 } : { maximumSignificantDigits: 2 });
}

/** @param {string | undefined} iso */
export function formatTime(iso) {
  const date = iso ? new Date(iso) : null;
  if (!date || Number.isNaN(date.getTime())) return '';
  return new Intl.DateTimeFormat(reader.locale, { dateStyle: 'medium', timeStyle: 'short', timeZone: reader.timeZone }).format(date);
}

/**
 * Formats a time span; empty if it is unknown.
 *
 * @param {string | undefined} from
 * @param {string | undefined} to
 */
export function formatSpan(from, to) {
  if (!from) return to ? `until ${formatTime(to)}` : '';
  if (!to) return `since ${formatTime(from)}`;
  const format = new Intl.DateTimeFormat(reader.locale, { dateStyle: 'medium', timeZone: reader.timeZone });
  try {
    return format.formatRange(new Date(from), new Date(to));
  } catch {
    return '';
  }
}

/** @param {number} elapsed in milliseconds */
export function formatAge(elapsed) {
  const past = Math.max(0, elapsed) / 1000;
  if (past < 120) return `${Math.round(past)} s`;
  return past < 7200 ? `${Math.round(past / 60)} min` : `${Math.round(past / 3600)} h`;
}

/**
 * Returns a figure, or a dash if it is missing.
 *
 * @param {string | null} text
 */
export function valueOrDash(text) {
  if (text !== null) return h('span', { className: 'figure' }, text);
  return h('span', { className: 'missing' }, h('span', { aria: { hidden: true } }, '–'), unseen('not known'));
}
