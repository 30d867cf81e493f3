import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Feed } from '../../src/core/feed.ts';
import { isExplained } from '../../src/core/signal.ts';
import type { Explanation, Judged, Judgement, MarketView, Strategy } from '../../src/core/strategy.ts';
import { feedProblems } from '../../src/feed/check.ts';
import { feedText } from '../../src/feed/writer.ts';
import { STRATEGIES } from '../../src/strategies/index.ts';
import { EXPLANATION, judged, strategy } from '../processor/known.ts';
import { workplace } from '../support/cli.ts';
import { runHere } from '../support/in-process.ts';
import { figure, FULL, rounds } from './figures.ts';
import { alone, AS_OF, copyMarkets, scanFolder } from './market-folder.ts';
import { nameOf, NOT_FINITE, numbersIn, withPoison, type NumberPlace } from './poison.ts';

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

const ID = 'planted';
/** The sample's first: of each built-in strategy at least one has a direction and one has none. */
const MARKETS = 24;
const place = workplace();

/** What a strategy does instead of answering. */
type Fault = () => unknown;

const sound = strategy(ID);

function thrown(value: unknown): Fault {
  return () => {
    throw value;
  };
}

/** A list in a list in a list, until the stack ends. */
function endless(list: readonly unknown[]): unknown {
  return [...list, endless([list])];
}

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

/** What is no answer at all; `explain` is not asked after these. */
const NO_ANSWERS: Readonly<Record<string, Fault>> = {
  nothing: () => undefined,
  'a number': () => Number.NaN,
};

function ofOthers({ signals }: Feed): readonly string[] {
  return signals.filter((signal) => signal.strategy !== ID).map(alone);
}

/** What must hold whatever the strategy did: exactly its own signals are errors, and the feed can be written. */
function expectContained(feed: Feed, soundFeed: Feed): void {
  expect(ofOthers(feed)).toEqual(ofOthers(soundFeed));
  const own = feed.signals.filter(({ strategy: id }) => id === ID);
  expect(own.length).toBeGreaterThan(0);
  for (const signal of own) {
    expect(signal).toMatchObject({ status: 'error', score: null, direction: 'none' });
    expect(signal.status_reason!.code).toMatch(/^strategy-(?:threw|nonsense)$/);
    expect(signal.status_reason!.text).toMatch(/^.{3,600}$/s);
    expect(isExplained(signal)).toBe(false);
  }
  expect(feedProblems(feed, 'the feed')).toEqual([]);
  expect(() => feedText(feed)).not.toThrow();
  expect(feed.run.degraded_reasons).toEqual([
    { code: 'strategy-threw', text: expect.stringMatching(/^planted failed on \d+ markets?: /) },
  ]);
}

interface Run {
  readonly code: number | null;
  readonly feed: Feed;
}

/** The whole program, with series. */
async function runWith(one: Strategy): Promise<Run> {
  planted.strategy = one;
  const output = place.path('feed.json');
  const args = [place.path('few'), '--provider', 'sandbox', '--as-of', AS_OF, '--output', output];
  try {
    const { code } = await runHere(place, args);
    return { code, feed: JSON.parse(readFileSync(output, 'utf8')) as Feed };
  } finally {
    planted.strategy = null;
  }
}

/** The job alone, without series. */
function scanWith(one: Strategy): Promise<Feed> {
  return scanFolder(place.path('few'), { strategies: [one, ...STRATEGIES] });
}

const judging = (fault: Fault): Strategy => ({ ...sound, judge: fault as Strategy['judge'] });
const explaining = (fault: Fault): Strategy => ({ ...sound, explain: fault as Strategy['explain'] });

let soundScan: Feed;
let soundRun: Run;

beforeAll(async () => {
  copyMarkets(place.path('few'), 3);
  copyMarkets(place.path('candles'), MARKETS);
  soundScan = await scanWith(sound);
  soundRun = await runWith(sound);
});
afterAll(() => place.remove());

describe('a strategy that instead of judging', () => {
  it.each(Object.entries({ ...THROWS, ...NO_ANSWERS }))(
    'throws or answers %s costs its own signals',
    async (_, fault) => {
      expectContained(await scanWith(judging(fault)), soundScan);
    },
  );
});

describe('a strategy that instead of explaining', () => {
  it.each(Object.entries(THROWS))('throws %s costs its own signals', async (_, fault) => {
    expectContained(await scanWith(explaining(fault)), soundScan);
  });

  it('answers what leads into itself costs its own signals', async () => {
    const own: { self?: object } = {};
    own.self = { list: [own] };
    expectContained(await scanWith(explaining(() => ({ ...EXPLANATION, observability: own }))), soundScan);
  });
});

describe('the whole program with a strategy that', () => {
  it.each([
    ['throws while judging', judging(THROWS['an error']!)],
    ['throws while explaining', explaining(THROWS['an error']!)],
    ['judges with NaN', judging(() => judged({ points: [{ component: 'a', points: Number.NaN, max: 80 }] }))],
    ['explains with Infinity', explaining(() => ({ ...EXPLANATION, observability: { rsi14: Infinity } }))],
  ])('%s is degraded and says so: exit 3, every other signal as it was', async (_, one) => {
    const { code, feed } = await runWith(one);
    expect(code).toBe(3);
    expectContained(feed, soundRun.feed);
  });

  it('is well is not degraded', () => {
    expect({ code: soundRun.code, errors: soundRun.feed.summary.signals.error }).toEqual({ code: 0, errors: 0 });
  });
});

/** The built-in strategy as it is but on one market, whose answer passes through `judge` and `explain`. */
function spoilt(
  whole: Strategy,
  market: string,
  { judge, explain }: { judge?: (answer: Judgement) => Judgement; explain?: (answer: Explanation) => Explanation },
): Strategy {
  const isIt = ({ candles }: MarketView): boolean => `${candles.market.exchange}:${candles.market.symbol}` === market;
  return {
    ...whole,
    judge: (view) => {
      const answer = whole.judge(view);
      return isIt(view) && judge !== undefined ? judge(answer) : answer;
    },
    explain: (view, own) => {
      const answer = whole.explain(view, own);
      return isIt(view) && explain !== undefined ? explain(answer) : answer;
    },
  };
}

interface Recorded {
  readonly market: string;
  readonly judged: Judged;
  readonly explanation: Explanation;
}

/** What a built-in strategy says of each market. */
async function recorded(whole: Strategy): Promise<readonly Recorded[]> {
  const all: Recorded[] = [];
  const listening: Strategy = {
    ...whole,
    explain: (view, own) => {
      const explanation = whole.explain(view, own);
      const { exchange, symbol } = view.candles.market;
      all.push({ market: `${exchange}:${symbol}`, judged: own, explanation });
      return explanation;
    },
  };
  await scanFolder(place.path('candles'), { strategies: [listening], detail: 'full' });
  return all;
}

function copySome(folder: string, markets: readonly string[]): void {
  mkdirSync(folder);
  for (const market of markets) {
    const name = `${market.replace(':', '_')}_4h.json`;
    copyFileSync(place.path('candles', name), path.join(folder, name));
  }
}

/** One place of each name, because each of a list of parts has the same fields; in the short form every third of them. */
function placesIn(value: unknown): readonly NumberPlace[] {
  const byName = Map.groupBy(numbersIn(value), nameOf);
  return [...byName.values()].map(([first]) => first!).filter((_, index) => FULL || index % 3 === 0);
}

/** All numbers of the view that strategies share. */
function sharedNumbers({ candles, indicators: own }: MarketView): readonly Float64Array[] {
  const { time, open, high, low, close, volume, length } = candles;
  const columns = [time, open, high, low, close, volume, own.ema20, own.ema50, own.ema200];
  columns.push(own.atr14, own.adx14, own.plusDi14, own.minusDi14, own.rsi14);
  return columns.map((column) => column.slice(0, length));
}

/** The strategy, and which markets it left otherwise than it found them. */
function watched(whole: Strategy): {
  readonly strategy: Strategy;
  readonly seen: string[];
  readonly touched: string[];
} {
  const [seen, touched]: [string[], string[]] = [[], []];
  const watch = <T>(view: MarketView, ask: () => T): T => {
    const before = sharedNumbers(view);
    const answer = ask();
    seen.push(view.candles.market.symbol);
    if (!isDeepStrictEqual(sharedNumbers(view), before)) touched.push(view.candles.market.symbol);
    return answer;
  };
  const judge: Strategy['judge'] = (view) => watch(view, () => whole.judge(view));
  const explain: Strategy['explain'] = (view, own) => watch(view, () => whole.explain(view, own));
  return { strategy: { ...whole, judge, explain }, seen, touched };
}

describe('what strategies share', () => {
  it('is left as it was by every built-in one, on every market', async () => {
    for (const whole of STRATEGIES) {
      const { strategy: one, seen, touched } = watched(whole);
      await scanFolder(place.path('candles'), { strategies: [one], detail: 'full' });
      expect(seen.length, whole.id).toBeGreaterThan(MARKETS);
      expect(touched, whole.id).toEqual([]);
    }
  });

  it('would be noticed to be otherwise by one digit', async () => {
    const { strategy: one, touched } = watched({
      ...sound,
      judge: ({ candles, indicators: { rsi14 } }) => {
        rsi14[candles.length - 1]! += 1e-9;
        return judged();
      },
    });
    await scanFolder(place.path('few'), { strategies: [one] });
    expect(touched).toHaveLength(3);
  });
});

describe('a number that is not finite in an answer of a built-in strategy', () => {
  it.each(STRATEGIES.map((one) => [one.id, one] as const))(
    'of %s, wherever it stands, costs that one signal and no other',
    async (id, whole) => {
      const answers = await recorded(whole);
      const long = answers.find(({ judged: { direction } }) => direction === 'long')!;
      const short = answers.find(({ judged: { direction } }) => direction === 'short');
      const waiting = answers.find(
        ({ judged: { direction, triggers } }) => direction === 'none' && triggers.long !== null,
      );
      const some = [long, short ?? long, waiting ?? answers[0]!];
      const folder = place.path(id);
      copySome(folder, [...some.map(({ market }) => market), ...answers.slice(0, 2).map(({ market }) => market)]);
      const expected = await scanFolder(folder, { detail: 'full' });
      let planted = 0;
      const plant = async (market: string, where: string, one: Strategy): Promise<void> => {
        const strategies = STRATEGIES.map((other) => (other.id === id ? one : other));
        const feed = await scanFolder(folder, { strategies, detail: 'full' });
        const isIt = ({ exchange, symbol, strategy: of }: Feed['signals'][number]): boolean =>
          `${exchange}:${symbol}` === market && of === id;
        const errors = feed.signals.filter(({ status }) => status === 'error');
        const own = errors.filter(isIt);
        expect(own, where).toMatchObject([{ status_reason: { code: 'strategy-nonsense' }, score: null, setup: null }]);
        const others = (all: Feed): readonly string[] =>
          all.signals
            .filter((one) => !isIt(one))
            .map(alone)
            .sort();
        expect(others(feed), where).toEqual(others(expected));
        expect(feedProblems(feed, 'the feed'), where).toEqual([]);
        expect(feedText(feed), where).not.toMatch(/NaN|Infinity\b(?! has)/);
        planted += 1;
      };
      for (const { market, judged: own, explanation } of some) {
        for (const at of placesIn(own)) {
          const poison = NOT_FINITE[planted % NOT_FINITE.length];
          const judge = (answer: Judgement): Judgement => withPoison(answer, at, poison);
          await plant(market, `judged ${nameOf(at)} ${poison}`, spoilt(whole, market, { judge }));
        }
        for (const at of placesIn(explanation)) {
          const poison = NOT_FINITE[planted % NOT_FINITE.length];
          const explain = (answer: Explanation): Explanation => withPoison(answer, at, poison);
          await plant(market, `explained ${nameOf(at)} ${poison}`, spoilt(whole, market, { explain }));
        }
      }
      expect(planted).toBeGreaterThan(rounds(20, 60));
      figure(
        'F19',
        `${id}: NaN and Infinity at ${planted} places of what it judges and explains, 0 other signals changed`,
      );
    },
  );

  it('is among the ways to fail that were tried', () => {
    const ways = 2 * Object.keys(THROWS).length + Object.keys(NO_ANSWERS).length + 1;
    figure('F19', `${ways} ways to throw and to answer nothing, in judge and in explain, 0 other signals changed`);
  });
});
