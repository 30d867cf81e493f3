import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Feed } from '../../src/core/feed.ts';
import { feedProblems } from '../../src/feed/check.ts';
import { AS_OF, copyMarkets } from '../faults/market-folder.ts';
import { workplace, type CliResult } from '../support/cli.ts';
import { runHere } from '../support/in-process.ts';
import { strategyText, writeStrategy } from './files.ts';

const place = workplace();
const MARKETS = 6;

beforeAll(() => {
  copyMarkets(place.path('candles'), MARKETS);
  writeStrategy(place.path('mine.ts'));
});
afterAll(() => place.remove());

async function scan(...args: readonly string[]): Promise<CliResult & { readonly feed: Feed }> {
  const output = place.path(`feed-${args.join('').replaceAll(/\W+/g, '-')}.json`);
  const fixed = [place.path('candles'), '--provider', 'none', '--as-of', AS_OF, '--output', output];
  const result = await runHere(place, [...fixed, ...args]);
  const text = [0, 3].includes(result.code ?? 1) ? readFileSync(output, 'utf8') : '{}';
  return { ...result, feed: JSON.parse(text) as Feed };
}

function of(feed: Feed, id: string): Feed['signals'] {
  return feed.signals.filter(({ strategy }) => strategy === id);
}

function withoutMine(feed: Feed): readonly string[] {
  return feed.signals.filter(({ strategy }) => strategy !== 'mine').map((signal) => JSON.stringify(signal));
}

describe('a file named by --strategy', () => {
  it('is one strategy more, and no other signal changes by a byte', async () => {
    for (const more of [[], ['--detail', 'full'], ['--provider', 'sandbox']]) {
      const [alone, both] = [
        await scan('--strategy', 'all', ...more),
        await scan('--strategy', 'all,./mine.ts', ...more),
      ];
      expect([alone.code, both.code], both.stderr).toEqual([0, 0]);
      expect(withoutMine(both.feed)).toEqual(withoutMine(alone.feed));
      expect(both.feed.markets).toEqual(alone.feed.markets);
      expect(of(both.feed, 'mine')).toHaveLength(MARKETS);
      expect(feedProblems(both.feed, 'the feed')).toEqual([]);
    }
  });

  it('is unmeasured, has directions of its own, and stands in the feed by its id', async () => {
    const { feed } = await scan('--strategy', './mine.ts,trend-breakout');
    expect(feed.run.strategies).toEqual(['trend-breakout', 'mine']);
    expect(feed.summary.by_strategy['mine']).toMatchObject({ short: 0, record: { status: 'unmeasured', n: 0 } });
    expect(feed.summary.by_strategy['mine']!.long).toBeGreaterThan(0);
    const [first] = of(feed, 'mine');
    expect(first).toMatchObject({
      direction: 'long',
      score: 90,
      record: 'unmeasured',
      reasons: [{ code: 'ENTRY_ABOVE' }, {}],
    });
  });

  it('alone is the only strategy of the feed', async () => {
    expect((await scan('--strategy', 'mine.ts')).feed.run.strategies).toEqual(['mine']);
  });

  it('changes the input hash when its text changes', async () => {
    writeStrategy(place.path('other.ts'));
    const hash = async (): Promise<string> => (await scan('--strategy', 'other.ts')).feed.run.input_hash;
    const before = await hash();
    expect(await hash()).toBe(before);
    writeStrategy(place.path('other.ts'), {}, '// Another text.');
    expect(await hash()).not.toBe(before);
  });

  it('may write to stdout without harm to a feed there, and sees no key', async () => {
    const more = `console.log('printed', JSON.stringify(process.env));`;
    writeStrategy(
      place.path('talker.ts'),
      {},
      `${more}\nif (process.env['COINALYZE_API_KEY'] !== undefined) throw new Error('a key');`,
    );
    const { code, stdout, stderr } = await place.scan(
      [place.path('candles'), '--provider', 'none', '--as-of', AS_OF, '--json', '--strategy', 'talker.ts'],
      { env: { COINALYZE_API_KEY: 'only-for-coinalyze' } },
    );
    expect([code, (JSON.parse(stdout) as Feed).run.strategies], stderr).toEqual([0, ['mine']]);
    expect(stderr).toContain('printed {}');
  });

  it('may import what perpscan exports, wherever the file lies', async () => {
    writeStrategy(place.path('importing.ts'), { summary: 'SIDES.join()' }, `import { SIDES } from 'perpscan';`);
    expect((await scan('--strategy', 'importing.ts')).code).toBe(0);
  });
});

describe('where a file may be named', () => {
  const fixed = (): readonly string[] => [place.path('candles'), '--provider', 'none', '--as-of', AS_OF, '--json'];

  it("in SCAN_STRATEGY and in the user's own config, relative to that file", async () => {
    const byVariable = await runHere(place, fixed(), { env: { SCAN_STRATEGY: place.path('mine.ts') } });
    expect((JSON.parse(byVariable.stdout) as Feed).run.strategies).toEqual(['mine']);
    const user = place.path('user', 'perpscan');
    mkdirSync(user, { recursive: true });
    writeFileSync(`${user}/mine.ts`, strategyText());
    writeFileSync(`${user}/scan.config.json`, '{ "strategies": ["trend-breakout", "./mine.ts"] }');
    const byConfig = await runHere(place, fixed(), { env: { XDG_CONFIG_HOME: place.path('user') } });
    expect((JSON.parse(byConfig.stdout) as Feed).run.strategies).toEqual(['trend-breakout', 'mine']);
  });

  it("not in a folder's config: it is refused with a line, and nothing of it is run", async () => {
    const sent = place.path('sent');
    mkdirSync(sent);
    writeFileSync(`${sent}/mine.ts`, `throw new Error('run');`);
    writeFileSync(`${sent}/scan.config.json`, '{ "strategies": "all,./mine.ts" }');
    const { stdout, stderr } = await runHere(place, fixed(), { cwd: sent });
    expect((JSON.parse(stdout) as Feed).run.strategies).toHaveLength(3);
    expect(stderr).toMatch(/strategies in .*sent\/scan\.config\.json is refused: a folder may name no file to run/);
  });
});

const REFUSED: readonly (readonly [string, Readonly<Record<string, string | null>>, RegExp])[] = [
  [
    'lacks a field',
    { warmup: null },
    /--strategy: bad\.ts: warmup is missing; it must be a whole number from 1 to 600/,
  ],
  ['lacks judge', { judge: null }, /bad\.ts: judge is missing; it must be a function/],
  ['has a field of another kind', { summary: '5' }, /bad\.ts: summary is 5; it must be a text/],
  ['needs more candles than there are', { warmup: '601' }, /warmup is 601; it must be a whole number from 1 to 600/],
  [
    'takes the id of a built-in one',
    { id: `'trend-breakout'` },
    /id "trend-breakout" is that of another strategy; choose one of its own/,
  ],
  ['has an id in another style', { id: `'My_Idea'` }, /id "My_Idea" must be small letters, digits and hyphens/],
  ['claims a record', { record: `{ status: 'positive' }` }, /record\.status is "positive"; it must be unmeasured/],
  [
    'shares out more than its points',
    { series: `[{ kind: 'funding_rate', weight: 2, speaksFor: { long: 'low', short: 'high' } }]` },
    /the weights of series add up to 2; they must be above 0 and add up to 1/,
  ],
  [
    'lets a series decide',
    { series: `[{ kind: 'funding_rate', weight: 1, speaksFor: { long: 'low', short: 'high' }, required: true }]` },
    /series\[0\]\.required: a series adds points and never decides a direction; remove it/,
  ],
  [
    'wants series in judge',
    { judge: '(view, series) => judge(view)' },
    /judge takes 2 arguments and gets one, the view of candles: a series adds points and never decides a direction/,
  ],
  [
    'has a field nobody knows',
    { needsFunding: 'true' },
    /unknown field needsFunding; known are id, .*never decides a direction/,
  ],
];

describe('a file that is refused before anything is read', () => {
  it.each(REFUSED)('because it %s', async (_, changes, line) => {
    writeStrategy(place.path('bad.ts'), changes);
    const { code, stderr } = await scan('--strategy', 'all,bad.ts');
    expect(code).toBe(2);
    expect(stderr).toMatch(line);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  it.each([
    ['is not there', null, /--strategy: not-there-gone\.ts: there is no such file or folder/],
    ['is no TypeScript', 'export const strategy = {', /gone\.ts: it cannot be loaded: SyntaxError/],
    ['throws', `const a = 1;\nthrow new Error('planted');`, /gone\.ts: it cannot be loaded: Error: planted \(line 2\)/],
    ['exports nothing', 'export const other = 1;', /gone\.ts: exports no strategy; it needs: export const strategy/],
  ])('because it %s', async (_, text, line) => {
    if (text !== null) writeFileSync(place.path('gone.ts'), text);
    const { code, stderr } = await scan('--strategy', text === null ? 'not-there-gone.ts' : 'gone.ts');
    expect(code).toBe(2);
    expect(stderr).toMatch(line);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});

/** `judge` for the second market of each kind goes wrong; the others go on. */
const FAULTS: readonly (readonly [string, string, string, RegExp])[] = [
  ['throws', `throw new RangeError('planted')`, 'strategy-threw', /^RangeError: planted \(line \d+\)$/],
  [
    'answers nothing',
    'return undefined',
    'strategy-nonsense',
    /^the answer of judge is missing; it must be an object$/,
  ],
  [
    'answers NaN',
    'return { ...right, seriesSpanMs: NaN }',
    'strategy-nonsense',
    /^seriesSpanMs is NaN; it must be a whole number/,
  ],
  [
    'gives more points than there are',
    `return { ...right, points: [{ component: 'above', points: 81, max: 80 }] }`,
    'strategy-nonsense',
    /^above has 81 points of 80$/,
  ],
  [
    'gives 70 points',
    `return { ...right, points: [{ component: 'above', points: 0, max: 70 }] }`,
    'strategy-nonsense',
    /^the maxima of points add up to 70, not 80$/,
  ],
  [
    'turns against its conditions',
    `return { ...right, direction: 'short', side: 'short' }`,
    'strategy-nonsense',
    /^the direction is short, but all conditions hold for (long|no side)$/,
  ],
  ['answers what is no data', 'return { ...right, more: () => 1 }', 'strategy-threw', /no plain data/],
  ['shows a Date', `return right`, 'strategy-nonsense', /^observability\.at is .*; it must be an object$/],
  ['takes for ever', 'for (;;);', 'strategy-timeout', /^no answer within 0\.4 s$/],
];

describe('a strategy that goes wrong on one market', () => {
  it.each(FAULTS)('and %s costs that one signal, and the run says so', async (what, fault, code, text) => {
    const judge = `(view) => { const right = judge(view); if (view.candles.market.symbol === 'ADAUSDT') { ${fault} } return right; }`;
    const shows = `(view, judged) => ({ ...explain(view, judged), observability: { at: view.candles.market.symbol === 'ADAUSDT' ? new Date(0) : 1 } })`;
    writeStrategy(place.path('faulty.ts'), what === 'shows a Date' ? { explain: shows } : { judge });
    const args = ['--detail', 'full', '--strategy-timeout', '400ms'];
    const [right, { code: exit, feed, stderr }] = [
      await scan('--strategy', 'all', ...args),
      await scan('--strategy', 'all,faulty.ts', ...args),
    ];
    const errors = of(feed, 'mine').filter(({ status }) => status === 'error');
    expect(errors).toMatchObject([{ symbol: 'ADAUSDT', score: null, status_reason: { code } }]);
    expect(errors[0]!.status_reason!.text).toMatch(text);
    expect(withoutMine(feed)).toEqual(withoutMine(right.feed));
    expect([exit, feedProblems(feed, 'the feed')]).toEqual([3, []]);
    expect(stderr).toMatch(/degraded: mine failed on 1 markets: /);
  });
});

describe('a strategy that takes for ever on every market', () => {
  it('is given up after three, and its other signals say why', async () => {
    writeStrategy(place.path('endless.ts'), { judge: '(view) => { for (;;); }' });
    const { code, feed } = await scan('--strategy', 'all,endless.ts', '--strategy-timeout', '300ms');
    const reasons = of(feed, 'mine').map(({ status_reason: reason }) => `${reason!.code}: ${reason!.text}`);
    const late = 'strategy-timeout: no answer within 0.3 s';
    const rest = 'strategy-given-up: given up for this run: no answer within 0.3 s for 3 markets';
    expect(reasons).toEqual([late, late, late, rest, rest, rest]);
    expect(code).toBe(3);
    expect(withoutMine(feed)).toEqual(withoutMine((await scan('--strategy', 'all')).feed));
  });
});
