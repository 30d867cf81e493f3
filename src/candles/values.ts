/** Numbers and times as candle files write them. */

const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
/** Without an offset a time could be anyone's local time. */
const ISO_WITH_OFFSET = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)$/;

/** A number, or a decimal number in a string; NaN for all else. May be infinite. */
export function toNumber(value: unknown): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && DECIMAL.test(value.trim()) ? Number(value) : Number.NaN;
}

/** A number in whatever unit the file uses, or an ISO time with `Z` or an offset as ms UTC; NaN for all else. */
export function toTime(value: unknown): number {
  if (typeof value === 'string' && ISO_WITH_OFFSET.test(value)) return Date.parse(value.replace(' ', 'T'));
  return toNumber(value);
}
