/** Whether what a file exports is a strategy. */
import { SERIES_KINDS } from '../core/series.ts';
import type { Strategy } from '../core/strategy.ts';
import { WINDOW_CANDLES } from '../processor/select.ts';
import type { Takes } from './protocol.ts';
import { isObject, listOf, number, object, oneOf, recordOf, text, whole } from './shape.ts';

/** A strategy without its functions. */
export type Definition = Omit<Strategy, 'judge' | 'explain'>;

const ID = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const HIGH_OR_LOW = oneOf('high', 'low');
const takes = object({ takes: whole(0, 100) });

const FIELDS = {
  id: text,
  summary: text,
  record: object({ status: oneOf('unmeasured') }),
  warmup: whole(1, WINDOW_CANDLES),
  warmedUpAt: whole(1, WINDOW_CANDLES),
  parameters: recordOf(number),
  series: listOf(
    object({
      kind: oneOf(...SERIES_KINDS),
      weight: number,
      speaksFor: object({ long: HIGH_OR_LOW, short: HIGH_OR_LOW }),
    }),
  ),
  judge: takes,
  explain: takes,
} as const;

const NO_DIRECTION = 'a series adds points and never decides a direction';

/** One sentence about the first thing that is wrong with `found`; null for a strategy. `taken`: ids that others have. */
export function definitionFault(found: unknown, taken: readonly string[]): string | null {
  if (!isObject(found)) return 'exports no strategy; it needs: export const strategy: Strategy = ...';
  const fault = missingFunction(found) ?? object(FIELDS)(found, '') ?? unknownField(found);
  if (fault !== null) return fault;
  const { id, warmup, warmedUpAt, series, judge } = found as unknown as Definition & { readonly judge: Takes };
  if (!ID.test(id)) return `id "${id}" must be small letters, digits and hyphens, e.g. my-idea`;
  if (taken.includes(id)) return `id "${id}" is that of another strategy; choose one of its own`;
  if (warmedUpAt < warmup) return `warmedUpAt ${warmedUpAt} is below warmup ${warmup}`;
  if (judge.takes > 1) return `judge takes ${judge.takes} arguments and gets one, the view of candles: ${NO_DIRECTION}`;
  if (new Set(series.map(({ kind }) => kind)).size < series.length) return 'series names one kind twice';
  const weights = series.reduce((sum, { weight }) => sum + weight, 0);
  if (series.some(({ weight }) => weight <= 0) || Math.abs(weights - 1) > 1e-9)
    return `the weights of series add up to ${Number(weights.toPrecision(6))}; they must be above 0 and add up to 1`;
  return null;
}

function missingFunction(found: Readonly<Record<string, unknown>>): string | null {
  const name = ['judge', 'explain'].find((one) => found[one] === undefined);
  return name === undefined ? null : `${name} is missing; it must be a function`;
}

function unknownField(found: Readonly<Record<string, unknown>>): string | null {
  const name = Object.keys(found).find((one) => !(one in FIELDS));
  if (name !== undefined)
    return `unknown field ${name}; known are ${Object.keys(FIELDS).join(', ')}, and ${NO_DIRECTION}`;
  for (const [index, use] of (found['series'] as readonly object[]).entries()) {
    const extra = Object.keys(use).find((one) => !['kind', 'weight', 'speaksFor'].includes(one));
    if (extra !== undefined) return `series[${index}].${extra}: ${NO_DIRECTION}; remove it`;
  }
  return null;
}
