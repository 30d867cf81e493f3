import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Feed } from '../../src/core/feed.ts';
import type { Strategy, StrategyInput } from '../../src/core/strategy.ts';
import type { MarketInput } from '../../src/processor/evaluate.ts';
import { firstIssue } from '../../src/feed/parse.ts';
import { STRATEGIES } from '../../src/strategies/index.ts';
import {
  answer,
  AS_OF as FIXTURE_AS_OF,
  component,
  evaluateMarket,
  marketInput,
  strategy,
} from '../processor-grid/fixtures.ts';
import { workplace } from '../support/cli.ts';
import { runHere } from '../support/in-process.ts';
import { figure, FULL } from './figures.ts';
import { AS_OF, copyMarkets, scanFolder } from './market-folder.ts';

interface TimeLimits {
  readonly runWithin: (ms: number, work: () => void) => boolean;
}

const planted = vi.hoisted((): { strategy: Strategy | null } => ({ strategy: null }));

/** The strategy under test stands before the others, so that they see what it left behind. */
vi.mock('../../src/strategies/index.ts', async (load) => {
  const { STRATEGIES } = await load<{ readonly STRATEGIES: readonly Strategy[] }>();
  return {
    get STRATEGIES() {
      return planted.strategy === null ? STRATEGIES : [planted.strategy, ...STRATEGIES];
    },
  };
});

/** What hangs is cut off sooner in the short form. */
vi.mock('../../src/platform/time-limit.ts', async (load) => {
  const { runWithin } = await load<TimeLimits>();
  const shorter = (ms: number, work: () => void): boolean => runWithin(FULL ? ms : Math.min(ms, 250), work);
  return { runWithin: shorter };
});

const ID = 'planted';
const MARKETS = 3;
const place = workplace();

type Fault = (input: StrategyInput) => unknown;

function faulty(evaluate: Fault): Strategy {
  return strategy(ID, evaluate as Strategy['evaluate']);
}

/** The job alone, without series. */
function scanWith(evaluate: Fault): Promise<Feed> {
  return scanFolder(place.path('candles'), { strategies: [faulty(evaluate), ...STRATEGIES] });
}

interface Run {
  readonly code: number | null;
  readonly feed: Feed;
}

/** The whole program, with series. */
async function runWith(evaluate: Fault): Promise<Run> {
  planted.strategy = faulty(evaluate);
  const output = place.path('feed.json');
  const { code } = await runHere(place, [
    place.path('candles'),
    '--provider',
    'sandbox',
    '--as-of',
    AS_OF,
    '--output',
    output,
  ]);
  planted.strategy = null;
  return { code, feed: JSON.parse(readFileSync(output, 'utf8')) as Feed };
}

function ofOthers(feed: Feed): string {
  return JSON.stringify(feed.signals.filter((signal) => signal.strategy !== ID));
}

function first({ candles }: StrategyInput): boolean {
  return candles.market.symbol === names[0];
}

/** Only on one market: each costs the run some time. */
function onFirst(hang: () => void): Fault {
  return (input) => {
    if (first(input)) hang();
    return answer();
  };
}

function thrown(value: unknown): Fault {
  return () => {
    throw value;
  };
}

function shows(observability: unknown): Fault {
  return () => ({ ...answer(), observability });
}

/** A list in a list in a list, until the stack ends. */
function endless(list: readonly unknown[]): unknown {
  return [...list, endless([list])];
}

function cyclic(): object {
  const own: { self?: object } = {};
  own.self = { list: [own] };
  return own;
}

function nested(levels: number): object {
  let value: object = {};
  for (let level = 0; level < levels; level += 1) value = { value };
  return value;
}

function writable(columns: Readonly<Float64Array>): Float64Array {
  return columns;
}

const CODES = ['strategy-threw', 'strategy-nonsense', 'strategy-timeout', 'strategy-wrote'] as const;

const THROWS: Readonly<Record<string, Fault>> = {
  'an error': thrown(new RangeError('planted')),
  'an error without words': thrown(new Error('')),
  'a million words': thrown(new Error('word '.repeat(1_000_000))),
  'a text': thrown('no'),
  null: thrown(null),
  'something that cannot be looked at': thrown(
    new Proxy(new Error('x'), {
      get: () => {
        throw new Error('no');
      },
    }),
  ),
  'an object without a text': thrown(Object.create(null)),
  'the end of the stack': () => endless([]),
};

const HANGS: Readonly<Record<string, Fault>> = {
  'in a loop that catches everything': onFirst(() => {
    for (;;)
      try {
        for (;;);
      } catch {
        continue;
      }
  }),
  'in a regular expression': onFirst(() => void /^(a+)+$/.test(`${'a'.repeat(60)}b`)),
};

const NONSENSE: Readonly<Record<string, Fault>> = {
  nothing: () => undefined,
  'a number': () => Number.NaN,
  'a promise that fails': () => Promise.reject(new Error('later')),
  'points that are none': () => answer({ components: [component('a', Number.NaN, 80), component('b', 0, 20)] }),
  'points beyond the maximum': () => answer({ components: [component('a', 81, 80), component('b', 0, 20)] }),
  'a billion components': () => ({ ...answer(), components: Array(1_000_000_000) }),
  'a hundred thousand components': () => answer({ components: Array(100_000).fill(component('a', 0, 0.001)) }),
  'a billion observables': shows({ list: Array(1_000_000_000) }),
  'a million observables': shows({ list: Array.from({ length: 1_000 }, () => Array(1_000).fill(1)) }),
  'a cycle': shows(cyclic()),
  'ten thousand levels': shows(nested(10_000)),
  'a long text': shows({ text: 'x'.repeat(100_000_000) }),
  'a long code': () => answer({ reasons: [{ code: 'X'.repeat(100_000_000), text: '' }] }),
  'a number that JSON has not': shows({ big: 1n }),
  'a way to be JSON': shows({ toJSON: () => Number.NaN }),
  'levels on the wrong side': () => answer({ direction: 'short' }),
};

const WRITES: Readonly<Record<string, Fault>> = {
  'one close': ({ candles }) => {
    writable(candles.close)[candles.length - 1]! *= 2;
    return answer();
  },
  'all candles': ({ candles }) => {
    for (const column of [candles.open, candles.high, candles.low, candles.close, candles.volume])
      writable(column).fill(1);
    return answer();
  },
  'the order of the times': ({ candles }) => {
    writable(candles.time).reverse();
    return answer();
  },
  'another column': ({ candles }) => {
    Object.assign(candles, { close: new Float64Array(candles.length) });
    return answer();
  },
  'another length': ({ candles }) => {
    Object.assign(candles, { length: 1 });
    return answer();
  },
  'another name': ({ candles }) => {
    Object.assign(candles.market, { symbol: 'BTCUSDT' });
    return answer();
  },
  'and throws': ({ candles }) => {
    writable(candles.close).fill(1);
    throw new Error('planted');
  },
  'and hangs': (input) => {
    if (!first(input)) return answer();
    writable(input.candles.close).fill(1);
    for (;;);
  },
};

const WRITES_TO_SERIES: Readonly<Record<string, Fault>> = {
  'the values': ({ external: { open_interest: input } }) => {
    if (input.state === 'available' && input.series.kind === 'open_interest') writable(input.series.value).fill(7);
    return answer();
  },
  'another series': ({ external }) => {
    Object.assign(external, { open_interest: { state: 'absent', code: 'no-data' } });
    return answer();
  },
};

let names: readonly string[] = [];
let soundScan: Feed;
let soundRun: Run;

beforeAll(async () => {
  names = copyMarkets(place.path('candles'), MARKETS).map((file) => file.split('_')[1]!);
  soundScan = await scanWith(() => answer());
  soundRun = await runWith(() => answer());
});
afterAll(() => place.remove());

/** What must hold whatever the strategy did. */
function expectContained(feed: Feed, soundFeed: Feed): void {
  expect(ofOthers(feed)).toBe(ofOthers(soundFeed));
  const errors = feed.signals.filter(({ status }) => status === 'error');
  expect(errors.length).toBeGreaterThan(0);
  for (const { strategy: id, status_reason: reason, score, setup } of errors) {
    expect({ id, score, setup }).toEqual({ id: ID, score: null, setup: null });
    expect(CODES).toContain(reason!.code);
    expect(reason!.text).toMatch(/^.{3,600}$/s);
  }
  expect(firstIssue(feed, 'refuse-added')).toBeNull();
  expect(feed.run.degraded_reasons).toEqual([
    { code: 'strategy-threw', text: expect.stringMatching(/^planted failed on \d+ markets?: /) },
  ]);
}

describe.each(Object.entries({ throws: THROWS, hangs: HANGS, answers: NONSENSE, 'writes to candles': WRITES }))(
  'a strategy that %s',
  (_, faults) => {
    it.each(Object.entries(faults))('%s', async (_name, evaluate) => {
      expectContained(await scanWith(evaluate), soundScan);
    });
  },
);

describe('a strategy that writes to', () => {
  it.each(Object.entries(WRITES_TO_SERIES))('%s: the run is degraded, exit 3', async (_, evaluate) => {
    const { code, feed } = await runWith(evaluate);
    expect(code).toBe(3);
    expectContained(feed, soundRun.feed);
  });

  it('candles would be noticed: unwatched, the others answer otherwise', () => {
    const others = (market: MarketInput): string => JSON.stringify(evaluateMarket(market, STRATEGIES, FIXTURE_AS_OF));
    const spoilt = marketInput();
    evaluateMarket(spoilt, [faulty(WRITES['all candles']!)], FIXTURE_AS_OF);
    expect(others(spoilt)).not.toBe(others(marketInput()));
  });
});

describe('a strategy', () => {
  it('may use its objects again: what it once said stands', async () => {
    const own = { value: 0 as number };
    const feed = await scanWith(() => {
      own.value += 1;
      if (own.value === MARKETS) own.value = Number.NaN;
      return { ...answer(), observability: own };
    });
    expectContained(feed, soundScan);
    const shown = feed.signals.filter((signal) => signal.strategy === ID && signal.status === 'ok');
    expect(new Set(shown.map(({ observability }) => observability['value'])).size).toBe(MARKETS - 1);
  });

  it('that is well degrades nothing', () => {
    expect({ code: soundRun.code, errors: soundRun.feed.summary.signals.error }).toEqual({ code: 0, errors: 0 });
    const faults = Object.keys({ ...THROWS, ...HANGS, ...NONSENSE }).length;
    const writes = Object.keys({ ...WRITES, ...WRITES_TO_SERIES }).length;
    figure('F19', `${faults} ways to throw, hang and answer nonsense, ${writes} to write to candles and series`);
  });
});
