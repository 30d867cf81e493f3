/** What is compared of a signal, read from a feed of either form: lean signals without a direction, or all explained. */

interface Setup {
  readonly entry: number;
  readonly stop_loss: number;
  readonly take_profit: number;
  readonly risk_reward: number;
  readonly max_bars: number;
}

/** The fields that are read; a feed has more, and some of them not on every signal. */
export interface AnySignal {
  readonly exchange: string;
  readonly symbol: string;
  readonly strategy: string;
  readonly timeframe: string | null;
  readonly candle_time: number | null;
  readonly status: string;
  readonly status_reason: { readonly code: string } | null;
  readonly direction: string;
  readonly score_side: string | null;
  readonly score: number | null;
  readonly score_bounds: readonly [number, number] | null;
  readonly setup?: Setup | null;
  readonly score_breakdown?: readonly { readonly component: string; readonly points: number }[];
  readonly oi_metadata: { readonly status: string; readonly score: number | null };
}

/** By name, so that a difference can be named. */
export type Answer = Readonly<Record<string, string | number | null>>;

export function keyOf({ exchange, symbol, strategy }: AnySignal): string {
  return `${exchange} ${symbol} ${strategy}`;
}

export function answerOf(signal: AnySignal): Answer {
  const { score_bounds: bounds, setup, score_breakdown: breakdown = [] } = signal;
  const levels = Object.entries(setup ?? {}).map(([name, value]) => [`setup.${name}`, eightDigits(value as number)]);
  return {
    timeframe: signal.timeframe,
    candle_time: signal.candle_time,
    status: signal.status,
    status_reason: signal.status_reason?.code ?? null,
    direction: signal.direction,
    score_side: signal.score_side,
    score: signal.score,
    low: bounds?.[0] ?? null,
    high: bounds?.[1] ?? null,
    oi_status: signal.oi_metadata.status,
    oi_score: signal.oi_metadata.score,
    ...(Object.fromEntries(levels) as Answer),
    ...Object.fromEntries(breakdown.map(({ component, points }) => [`points.${component}`, points])),
  };
}

function eightDigits(value: number): number {
  return Number(value.toPrecision(8));
}

/** What differs between two answers to one question, field by field. */
export function differencesOf(before: Answer | undefined, now: Answer | undefined): readonly string[] {
  if (before === undefined) return ['is new'];
  if (now === undefined) return ['is gone'];
  return [...new Set([...Object.keys(before), ...Object.keys(now)])]
    .filter((field) => !isSame(field, before[field], now[field]))
    .map((field) => `${field} was ${before[field]}, is ${now[field]}`);
}

/** Levels may differ by one in the last of eight digits: rounding twice may, and it is no change. */
function isSame(field: string, before: Answer[string] | undefined, now: Answer[string] | undefined): boolean {
  if (before === now) return true;
  if (!field.startsWith('setup.') || typeof before !== 'number' || typeof now !== 'number') return false;
  return Math.abs(before - now) <= 1.5e-7 * Math.abs(before);
}
