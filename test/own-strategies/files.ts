/** Strategy files as a user writes them: long above the EMA20, else nothing. */
import { writeFileSync } from 'node:fs';

const RECORD = `{ status: 'unmeasured', excess_r: null, interval: null, net_r: null, net_interval: null, n: 0, period: null }`;

const FIELDS: Readonly<Record<string, string>> = {
  id: `'mine'`,
  summary: `'above the EMA20'`,
  record: RECORD,
  warmup: '30',
  warmedUpAt: '500',
  parameters: '{ max_bars: 10 }',
  series: `[{ kind: 'open_interest', weight: 1, speaksFor: { long: 'high', short: 'high' } }]`,
  judge: `(view) => judge(view)`,
  explain: `(view, judged) => explain(view, judged)`,
};

const FUNCTIONS = `
function isAbove({ candles, indicators }: MarketView, ago = 0): boolean {
  const bar = candles.length - 1 - ago;
  return candles.close[bar]! > indicators.ema20[bar]!;
}

function judge(view: MarketView): Judgement {
  const { candles, indicators } = view;
  const close = candles.close[candles.length - 1]!;
  const atr = indicators.atr14[candles.length - 1]!;
  if (!(atr > 0)) return { kind: 'failed', code: 'ATR_ZERO', text: 'there is no range' };
  const up = isAbove(view);
  const ago = ([0, 1, 2] as const).find((one) => isAbove(view, one)) ?? null;
  return {
    kind: 'judged',
    direction: up ? 'long' : 'none',
    side: 'long',
    setup: up ? { entry: close, stop_loss: close - atr, take_profit: close + 2 * atr, risk_reward: (close + 2 * atr - close) / (close - (close - atr)), max_bars: 10 } : null,
    points: [{ component: 'above', points: up ? 80 : 0, max: 80 }],
    triggers: { long: null, short: null },
    unmet: { long: up ? [] : ['CLOSE_ABOVE_EMA20'], short: ['NEVER'] },
    heldAgo: { long: ago, short: null },
    seriesSpanMs: 86_400_000,
  };
}

function explain(view: MarketView, judged: Judged): Explanation {
  const bar = view.candles.length - 1;
  const up = isAbove(view);
  const close = { measure: 'close', value: view.candles.close[bar]!, needs: '>' } as const;
  return {
    conditions: {
      long: [{ ...close, code: 'CLOSE_ABOVE_EMA20', threshold: view.indicators.ema20[bar]!, holds: up }],
      short: [{ ...close, code: 'NEVER', threshold: null, holds: false }],
    },
    parts: [{ component: 'above', code: 'ABOVE', text: 'above the EMA20', parts: [{ part: 'above', value: Number(up), zero_at: 0, full_at: 1, points: judged.points[0]!.points, max: 80 }] }],
    reasons: [{ code: up ? 'ENTRY_ABOVE' : 'CLOSE_ABOVE_EMA20', text: 'close against EMA20' }],
    observability: { ema20: view.indicators.ema20[bar]! },
  };
}
`;

/** The text of a file; null leaves a field out, another text stands for it. `more` is put in front. */
export function strategyText(changes: Readonly<Record<string, string | null>> = {}, more = ''): string {
  const fields = Object.entries({ ...FIELDS, ...changes }).filter(([, value]) => value !== null);
  return `import type { Explanation, Judged, Judgement, MarketView, Strategy } from 'perpscan';
${more}
export const strategy = {
${fields.map(([name, value]) => `  ${name}: ${value},`).join('\n')}
} satisfies Strategy;
${FUNCTIONS}`;
}

export function writeStrategy(file: string, changes: Readonly<Record<string, string | null>> = {}, more = ''): void {
  writeFileSync(file, strategyText(changes, more));
}
