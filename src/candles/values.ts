/** Numbers and times as candle files write them. */

const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
/** Without an offset a time could be anyone's local time. */
const ISO_WITH_OFFSET = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z| UTC| GMT| ?[+-]\d\d:?\d\d)$/;
/** The year first leaves no doubt, whatever stands between; Excel drops the zero of an hour. */
const NAIVE = /^(\d{4})([-/.])(\d\d)\2(\d\d)(?:[T ](\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?))?$/;

/** A number, or a decimal number in a string; NaN for all else. May be infinite. */
export function toNumber(value: unknown): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && DECIMAL.test(value.trim()) ? Number(value) : Number.NaN;
}

/** A number in whatever unit the file uses, or an ISO time with `Z`, ` UTC`, ` GMT` or an offset as ms UTC; NaN for all else. */
export function toTime(value: unknown): number {
  const [, day, clock, zone] = (typeof value === 'string' ? ISO_WITH_OFFSET.exec(value) : null) ?? [];
  if (day === undefined || clock === undefined || zone === undefined) return toNumber(value);
  const offset = /([+-]\d\d):?(\d\d)/.exec(zone);
  return Date.parse(`${day}T${clock}${offset === null ? 'Z' : `${offset[1]}:${offset[2]}`}`);
}

/** A date, or a date and time without a zone, taken as UTC: ms. NaN for all else, and for days that no calendar has. */
function toNaiveTime(text: string): number {
  const [, year, , month, date, clock = '00:00'] = NAIVE.exec(text.trim()) ?? [];
  if (year === undefined) return Number.NaN;
  const day = `${year}-${month}-${date}`;
  const time = Date.parse(`${day}T${clock.padStart(clock.indexOf(':') === 1 ? clock.length + 1 : 0, '0')}Z`);
  return Number.isNaN(time) || !new Date(time).toISOString().startsWith(day) ? Number.NaN : time;
}

/** A time as text files write it; `naive` when it names no zone and is taken as UTC. */
export function toTextTime(text: unknown): { readonly time: number; readonly naive: boolean } {
  const time = toTime(typeof text === 'string' ? text.trim() : text);
  if (!Number.isNaN(time)) return { time, naive: false };
  const local = typeof text === 'string' ? toNaiveTime(text) : Number.NaN;
  return { time: local, naive: !Number.isNaN(local) };
}
