import { describe, expect, it } from 'vitest';
import type { Judgement } from '../../src/core/strategy.ts';
import { HOUR_MS, type Timeframe } from '../../src/core/time.ts';
import { createJudge, isStrategyFault } from '../../src/processor/judging.ts';
import { AS_OF, CLOSE_TIME, EXPLANATION, judged, judgeWith, selected, series, strategy } from './known.ts';

const failing: Judgement = { kind: 'failed', code: 'ATR_ZERO', text: 'the average true range is 0' };
const quiet = (index: number): number => (index >= 589 ? 0 : 1);

function statusOf(
  selection: ReturnType<typeof selected>,
  answer: () => Judgement = () => judged(),
): readonly unknown[] {
  const [only] = judgeWith([strategy('s', answer)], selection).answers;
  return only!.kind === 'scored' ? ['ok', null] : [only!.status, only!.reason.code];
}

describe('judging a market', () => {
  it('gives exactly one answer per strategy, in their order', () => {
    const strategies = [strategy('c'), strategy('a', () => failing), strategy('b')];
    for (const selection of [selected(), selected({ stale: true }), { kind: 'none', reason: 'unreadable' } as const]) {
      expect(judgeWith(strategies, selection).answers).toHaveLength(3);
    }
    expect(judgeWith(strategies, selected()).answers.map(({ kind }) => kind)).toEqual(['scored', 'unscored', 'scored']);
  });

  it.each([
    [
      'a failed answer on too few candles',
      selected({ series: series(99), stale: true }),
      () => failing,
      'insufficient_data',
      'warm-up',
    ],
    ['a failed answer on stale candles', selected({ stale: true }), () => failing, 'error', 'ATR_ZERO'],
    ['a failed answer on quiet candles', selected({ series: series(600, quiet) }), () => failing, 'error', 'ATR_ZERO'],
    ['too few and stale', selected({ series: series(99), stale: true }), undefined, 'insufficient_data', 'warm-up'],
    ['stale', selected({ stale: true }), undefined, 'stale', 'old-candles'],
    ['11 of 50 candles without volume', selected({ series: series(600, quiet) }), undefined, 'stale', 'no-volume'],
    [
      '10 of 50 candles without volume',
      selected({ series: series(600, (i) => (i >= 590 ? 0 : 1)) }),
      undefined,
      'ok',
      null,
    ],
    [
      'silence before the last 50 candles',
      selected({ series: series(600, (i) => (i < 550 ? 0 : 1)) }),
      undefined,
      'ok',
      null,
    ],
    ['exactly the warm-up', selected({ series: series(100) }), undefined, 'ok', null],
    ['one candle less', selected({ series: series(99) }), undefined, 'insufficient_data', 'warm-up'],
  ] as const)('status of %s', (_name, selection, answer, status, code) => {
    expect(statusOf(selection, answer)).toEqual([status, code]);
  });

  /** The volumes of the last candles; all before them were traded. */
  const withLast = (volumes: readonly number[], length = 600): ReturnType<typeof selected> =>
    selected({ series: series(length, (index) => volumes[index - (length - volumes.length)] ?? 1) });
  const times = (count: number, volume: number): readonly number[] => Array<number>(count).fill(volume);

  it.each([
    ['11 of 50 without volume', withLast(times(11, 0)), '11 of its last 50 candles have no volume'],
    [
      '5 of 24 that were measured, of the last 50',
      withLast([...times(5, 0), ...times(26, Number.NaN), ...times(19, 1)]),
      '5 of its last 50 candles have no volume, of 26 more it was not measured',
    ],
    ['5 of 25 that were measured', withLast([...times(5, 0), ...times(25, Number.NaN), ...times(20, 1)]), null],
    ['none that was measured', withLast(times(50, Number.NaN)), null],
    ['a history of 20 with 5', withLast(times(5, 0), 20), '5 of its last 20 candles have no volume'],
    ['a history of 20 with 4', withLast(times(4, 0), 20), null],
  ] as const)('a market is not traded any more by its volume: %s', (_name, selection, text) => {
    const [only] = judgeWith([strategy('s', () => judged(), { warmup: 1 })], selection).answers;
    expect(only!.kind === 'scored' ? null : only!.reason.text).toBe(text);
  });

  it('the texts say how much is missing, how late and how early', () => {
    const text = (selection: ReturnType<typeof selected>, asOf = AS_OF): string => {
      const [only] = createJudge({ strategies: [strategy('s')], asOf, detail: 'lean' })(selection).answers;
      return only!.kind === 'scored' ? 'ok' : only!.reason.text;
    };
    expect(text(selected({ series: series(99) }))).toBe('99 closed candles, 100 needed');
    expect(text(selected({ stale: true }), CLOSE_TIME + 10 * HOUR_MS)).toBe(
      'its last candle closed 2.5 times 4h before the time of the scan',
    );
    expect(text(selected(), CLOSE_TIME)).toBe('ok');
    expect(text(selected(), CLOSE_TIME - 1)).toBe('its last candle closes 1 min after the time of the scan');
    expect(text(selected(), CLOSE_TIME - 90_000)).toBe('its last candle closes 2 min after the time of the scan');
  });

  it('where no file has the timeframe, those that there are are named', () => {
    const judge = createJudge({ strategies: [strategy('s')], asOf: AS_OF, detail: 'lean' });
    const text = (
      reason: 'unreadable' | 'no-closed-candles' | 'no-timeframe',
      ...there: readonly Timeframe[]
    ): string => {
      const [only] = judge({ kind: 'none', reason }, there).answers;
      return only!.kind === 'scored' ? 'ok' : only!.reason.text;
    };
    const none = 'it has no file of the timeframe, and none finer that gives it with enough candles';
    expect(text('no-timeframe')).toBe(none);
    expect(text('no-timeframe', '1d')).toBe(`${none}; there are 1d`);
    expect(text('no-closed-candles', '1d')).toBe('its files hold no candle that is closed by now');
    expect(text('unreadable', '1d')).toBe('none of its candle files could be read; see summary.files_skipped');
  });

  it('a strategy never sees fewer candles than its warm-up', () => {
    let asked = 0;
    const judge = (): ReturnType<typeof judged> => {
      asked += 1;
      return judged();
    };
    judgeWith([strategy('s', judge)], selected({ series: series(99) }));
    expect(asked).toBe(0);
    judgeWith([strategy('s', judge)], selected({ series: series(100) }));
    expect(asked).toBe(1);
  });

  it.each(['unreadable', 'no-closed-candles', 'no-timeframe'] as const)(
    'without candles (%s) there are no facts',
    (reason) => {
      const { facts, memo, answers } = judgeWith([strategy('s')], { kind: 'none', reason });
      expect([facts, memo]).toEqual([null, null]);
      expect(answers).toMatchObject([{ kind: 'unscored', status: 'insufficient_data', reason: { code: reason } }]);
    },
  );

  it('a candle that closes after the time of the scan is an error', () => {
    const judge = createJudge({ strategies: [strategy('s')], asOf: CLOSE_TIME - 1, detail: 'lean' });
    expect(judge(selected()).answers).toMatchObject([{ status: 'error', reason: { code: 'candle-not-closed' } }]);
  });

  it('keeps the last close, its changes and its range', () => {
    const { facts, memo } = judgeWith([strategy('s')], selected());
    const price = 10.599;
    expect(facts).toMatchObject({ price, closedAt: CLOSE_TIME, candleTime: CLOSE_TIME - 4 * HOUR_MS, count: 600 });
    expect(facts!.change24hPct).toBeCloseTo(100 * (price / 10.593 - 1), 10);
    expect(facts!.change7dPct).toBeCloseTo(100 * (price / 10.557 - 1), 10);
    expect(facts!.atrPct).toBeCloseTo((100 * 2) / price, 6);
    expect(memo).toMatchObject({ closeTime: CLOSE_TIME, closeNow: price });
    expect(AS_OF).toBeGreaterThan(CLOSE_TIME);
  });

  it('keeps the close before the span of each answer, and whether its candles are stale or made of finer ones', () => {
    const strategies = [
      strategy('two days', () => judged({ seriesSpanMs: 48 * HOUR_MS })),
      strategy('failing', () => failing),
    ];
    const fresh = judgeWith(strategies, selected());
    // 12 and 6 candles before the last, which is the one numbered 599.
    expect(fresh.memo!.closeAtSpan).toEqual([10.587, 10.593]);
    expect(fresh.facts).toMatchObject({ stale: false, resampled: false, cut: false });
    expect(judgeWith(strategies, selected({ stale: true })).facts).toMatchObject({ stale: true });
    expect(judgeWith(strategies, selected({ resampledFrom: '1h', cut: true })).facts).toMatchObject({
      resampled: true,
      cut: true,
    });
  });

  it('a quiet market is stale from the close of its last candle on, and not before', () => {
    const at = (asOf: number) =>
      createJudge({ strategies: [strategy('s')], asOf, detail: 'lean' })(selected({ series: series(600, quiet) }));
    expect(at(CLOSE_TIME).facts!.stale).toBe(true);
    expect(at(CLOSE_TIME - 1).facts!.stale).toBe(false);
  });

  it('answers that lack the same conditions share one list of them', () => {
    const judge = createJudge({ strategies: [strategy('s', () => judged())], asOf: AS_OF, detail: 'lean' });
    const [first, second] = [judge(selected()), judge(selected())].map(({ answers: [only] }) =>
      only!.kind === 'scored' ? only!.unmet : null,
    );
    expect(first).toEqual({ long: [], short: ['B'] });
    expect(second).toBe(first);
  });

  it('changes are unknown where history does not reach so far', () => {
    const { facts } = judgeWith([strategy('s')], selected({ series: series(6) }));
    expect(facts).toMatchObject({ change24hPct: null, change7dPct: null, atrPct: null });
  });
});

/** A market whose last close alone is so small that a price can be beyond every multiple of it. */
function worthless(): ReturnType<typeof selected> {
  const candles = series(600);
  return selected({
    series: { ...candles, close: candles.close.map((close, i) => (i === 599 ? close * 1e-300 : close)) },
  });
}

describe('a strategy that cannot be believed', () => {
  const broken: readonly (readonly [string, () => Judgement, string])[] = [
    [
      'throws',
      () => {
        throw new TypeError('planted');
      },
      'strategy-threw',
    ],
    [
      'throws what has no text',
      () => {
        throw {
          toString: () => {
            throw new Error('again');
          },
        };
      },
      'strategy-threw',
    ],
    [
      'gives NaN points',
      () => judged({ points: [{ component: 'a', points: Number.NaN, max: 80 }] }),
      'strategy-nonsense',
    ],
    [
      'gives an infinite stop',
      () => judged({ setup: { ...judged().setup!, stop_loss: -Infinity } }),
      'strategy-nonsense',
    ],
    [
      'gives a NaN trigger',
      () => judged({ triggers: { long: { price: Number.NaN, distanceAtr: 1 }, short: null } }),
      'strategy-nonsense',
    ],
    [
      'gives an infinite distance',
      () => judged({ triggers: { long: null, short: { price: 1, distanceAtr: Infinity } } }),
      'strategy-nonsense',
    ],
    [
      'gives a distance beyond all hundredths',
      () => judged({ triggers: { long: { price: 1e-300, distanceAtr: 1e307 }, short: null } }),
      'strategy-nonsense',
    ],
    [
      'gives a trigger beyond all percent',
      () => judged({ triggers: { long: { price: 1e300, distanceAtr: 1 }, short: null } }),
      'strategy-nonsense',
    ],
    [
      'gives a weight that is none',
      () => judged({ points: [{ component: 'a', points: 1, max: Number.NaN }] }),
      'strategy-nonsense',
    ],
    ['gives an endless idea', () => judged({ setup: { ...judged().setup!, max_bars: Infinity } }), 'strategy-nonsense'],
    ...(['entry', 'take_profit', 'risk_reward'] as const).map(
      (name) =>
        [
          `gives no ${name}`,
          () => judged({ setup: { ...judged().setup!, [name]: Number.NaN } }),
          'strategy-nonsense',
        ] as const,
    ),
    [
      'gives a short trigger beyond all percent',
      () => judged({ triggers: { long: null, short: { price: 1e300, distanceAtr: 1 } } }),
      'strategy-nonsense',
    ],
    [
      'held long nobody knows when',
      () => judged({ heldAgo: { long: Number.NaN as 0, short: null } }),
      'strategy-nonsense',
    ],
    ['held nobody knows when', () => judged({ heldAgo: { long: 0, short: Number.NaN as 0 } }), 'strategy-nonsense'],
    ['gives no span', () => judged({ seriesSpanMs: Number.NaN }), 'strategy-nonsense'],
  ];
  it.each(broken)('that %s costs its own signal alone', (_name, judge, code) => {
    const { answers } = judgeWith([strategy('broken', judge), strategy('sound')], worthless());
    expect(answers).toMatchObject([{ kind: 'unscored', status: 'error', reason: { code } }, { kind: 'scored' }]);
    expect(isStrategyFault(code)).toBe(true);
  });

  it('that explains with a number that is not finite, or throws while explaining, costs its own signal alone', () => {
    const explaining = (explain: () => typeof EXPLANATION) => strategy('broken', () => judged(), { explain });
    const infinite = explaining(() => ({ ...EXPLANATION, observability: { deep: [{ atr: Infinity }] } }));
    expect(judgeWith([infinite], selected()).answers).toMatchObject([
      { status: 'error', reason: { code: 'strategy-nonsense', text: 'observability.deep.0.atr has no finite value' } },
    ]);
    const throwing = explaining(() => {
      throw new Error('planted');
    });
    expect(judgeWith([throwing], selected()).answers).toMatchObject([
      { status: 'error', reason: { code: 'strategy-threw', text: 'Error: planted' } },
    ]);
  });

  it('a message of more than 500 characters is cut there', () => {
    const textOf = (thrown: unknown): string => {
      const throwing = strategy('s', () => {
        throw thrown;
      });
      const [answer] = judgeWith([throwing], selected()).answers;
      return answer!.kind === 'unscored' ? answer!.reason.text : 'ok';
    };
    expect(textOf(new Error('x'.repeat(10_000)))).toBe(`Error: ${'x'.repeat(493)}...`);
    expect(textOf(new Error('x'.repeat(494)))).toBe(`Error: ${'x'.repeat(493)}...`);
    expect(textOf(new Error('x'.repeat(493)))).toBe(`Error: ${'x'.repeat(493)}`);
    expect(textOf('no error at all')).toBe('it threw no error at all');
  });
});

function counted(): { readonly explain: () => typeof EXPLANATION; readonly asked: () => number } {
  let count = 0;
  return {
    explain: () => {
      count += 1;
      return EXPLANATION;
    },
    asked: () => count,
  };
}

describe('explaining', () => {
  it('is asked for signals with a direction, and with full detail for every signal with a score', () => {
    const { explain, asked } = counted();
    const strategies = [
      strategy('long', () => judged(), { explain }),
      strategy('none', () => judged({ direction: 'none' }), { explain }),
    ];
    const lean = judgeWith(strategies, selected());
    expect(lean.answers.map((answer) => answer.kind === 'scored' && answer.explained !== null)).toEqual([true, false]);
    expect(asked()).toBe(1);
    const full = judgeWith(strategies, selected(), 'full');
    expect(full.answers.map((answer) => answer.kind === 'scored' && answer.explained !== null)).toEqual([true, true]);
  });

  it('is not asked for a market that is stale', () => {
    const { explain, asked } = counted();
    judgeWith([strategy('s', () => judged(), { explain })], selected({ stale: true }), 'full');
    expect(asked()).toBe(0);
  });
});
