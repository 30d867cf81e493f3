/** The one check of what a strategy of the user's own answers, before anything of it is believed. */
import type { CandleSeries } from '../core/candles.ts';
import { SERIES_KINDS, SERIES_WINDOW_MS } from '../core/series.ts';
import { SIDES, type Explanation, type Judged, type Judgement } from '../core/strategy.ts';
import { misfitsOf } from './fit.ts';
import { json, listOf, number, object, oneOf, orNull, recordOf, text, truth, whole, type Shape } from './shape.ts';

function bySide(shape: Shape): Shape {
  return object({ long: shape, short: shape });
}

const SETUP = object({
  entry: number,
  stop_loss: number,
  take_profit: number,
  risk_reward: number,
  max_bars: whole(1, 1e6),
});

const JUDGED = object({
  direction: oneOf('long', 'short', 'none'),
  side: oneOf('long', 'short'),
  setup: orNull(SETUP),
  points: listOf(object({ component: text, points: number, max: number })),
  triggers: bySide(orNull(object({ price: number, distanceAtr: number }))),
  unmet: bySide(listOf(text)),
  heldAgo: bySide(oneOf(0, 1, 2, null)),
  seriesSpanMs: whole(1, SERIES_WINDOW_MS),
});

const REASON = object({ code: text, text });

const PART = object({
  part: text,
  value: orNull(number),
  zero_at: number,
  full_at: number,
  points: number,
  max: number,
});

const CONDITION = object({
  code: text,
  measure: text,
  value: number,
  needs: oneOf('>', '>=', '<', '<='),
  threshold: orNull(number),
  holds: truth,
});

const EXPLANATION = object({
  conditions: bySide(listOf(CONDITION)),
  parts: listOf(object({ component: text, code: text, text, parts: listOf(PART) })),
  reasons: listOf(REASON),
  observability: recordOf(json),
});

export type Guarded =
  | { readonly ok: true; readonly judgement: Judgement; readonly explanation: Explanation | null }
  | { readonly ok: false; readonly text: string };

/** @param explanation undefined where none was asked for */
export function guard(judgement: unknown, explanation: unknown, candles: CandleSeries): Guarded {
  const kind = object({ kind: oneOf('judged', 'failed') })(judgement, 'the answer of judge');
  if (kind !== null) return { ok: false, text: kind };
  const answer = judgement as Judgement;
  if (answer.kind === 'failed') {
    const fault = REASON(answer, '');
    return fault === null ? { ok: true, judgement: answer, explanation: null } : { ok: false, text: fault };
  }
  const isExplained = explanation !== undefined;
  const fault = JUDGED(answer, '') ?? (isExplained ? EXPLANATION(explanation, '') : null);
  if (fault !== null) return { ok: false, text: fault };
  const explained = isExplained ? (explanation as Explanation) : null;
  const [misfit] = [...misfitsOf(answer, explained), ...misplaced(answer, candles)];
  return misfit === undefined ? { ok: true, judgement: answer, explanation: explained } : { ok: false, text: misfit };
}

/** What stands where the last close does not allow it, or under a name that a series has. */
function misplaced({ triggers, points }: Judged, { close, length }: CandleSeries): readonly string[] {
  const last = close[length - 1]!;
  const found = SIDES.flatMap((side) => {
    const trigger = triggers[side];
    if (trigger === null) return [];
    const away = side === 'long' ? 1 : -1;
    if (!(trigger.price > 0 && away * (trigger.price - last) > 0))
      return [`triggers.${side}.price ${trigger.price} does not lie beyond the last close ${last}`];
    const isShort = Number(trigger.price.toPrecision(8)) === trigger.price;
    return isShort ? [] : [`triggers.${side}.price ${trigger.price} has more than 8 significant digits`];
  });
  const names = points.map(({ component }) => component);
  const series = names.find((name) => SERIES_KINDS.some((kind) => kind === name));
  if (series !== undefined) found.push(`the component ${series} has the name of a series`);
  if (new Set(names).size < names.length) found.push('two components have one name');
  return found;
}
