/** Numbers and times as candle files write them. */

const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
/** Without an offset a time could be anyone's local time. */
const ISO_WITH_OFFSET = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d| UTC)$/;
const ISO_NAIVE = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?))?$/;

/** A number, or a decimal number in a string; NaN for all else. May be infinite. */
export function toNumber(value: unknown): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && DECIMAL.test(value.trim()) ? Number(value) : Number.NaN;
}

/** A number in whatever unit the file uses, or an ISO time with `Z`, ` UTC` or an offset as ms UTC; NaN for all else. */
export function toTime(value: unknown): number {
  if (typeof value === 'string' && ISO_WITH_OFFSET.test(value)) {
    return Date.parse(value.replace(' UTC', 'Z').replace(' ', 'T'));
  }
  return toNumber(value);
}

/** A date, or a date and time without a zone, taken as UTC: ms. NaN for all else, and for days that no calendar has. */
export function toNaiveTime(text: string): number {
  const [, day, clock] = ISO_NAIVE.exec(text.trim()) ?? [];
  if (day === undefined) return Number.NaN;
  const time = Date.parse(`${day}T${clock ?? '00:00'}Z`);
  return Number.isNaN(time) || !new Date(time).toISOString().startsWith(day) ? Number.NaN : time;
}
