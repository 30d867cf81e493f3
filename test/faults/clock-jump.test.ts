import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Feed } from '../../src/core/feed.ts';
import { HOUR_MS, MINUTE_MS } from '../../src/core/time.ts';
import { feedProblems } from '../../src/feed/check.ts';
import { SAMPLE_AS_OF } from '../../src/sandbox/scenarios.ts';
import { scan } from '../../src/scan.ts';
import { requestOf, settled } from '../job/world.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { figure } from './figures.ts';
import { copyMarkets } from './market-folder.ts';

const MARKETS = 12;
const NEVER = new AbortController().signal;
const ENDLESS = { over: NEVER, until: Infinity };
/** Three quarters of an hour after the newest 4h candle has closed: ten hours later that is 2.7 candles ago. */
const START = SAMPLE_AS_OF + HOUR_MS / 4;

describe('a machine that sleeps through a run, or whose clock is set', () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'perpscan-jump-'));
    copyMarkets(folder, MARKETS);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Once the markets are judged, the wall clock moves by `jumpMs` and time passes by `passedMs`. */
  async function scanThrough(jumpMs: number, passedMs = 0, asOf: number | null = null): Promise<Feed> {
    const clock = new FakeClock(START);
    const request = { ...requestOf([folder], { goal: null, remaining: false }), provider: 'none' } as const;
    await clock.advance(1_000);
    const scanned = await scan(
      { ...request, asOf },
      {
        clock,
        tell: (event) => {
          if (event.type !== 'judged') return;
          clock.setWall(clock.now() + jumpMs);
          void clock.advance(passedMs);
        },
        connect: () => Promise.reject(new Error('nothing is fetched here')),
        time: { goal: ENDLESS, remaining: ENDLESS, remainingEndsBy: 'budget' },
        interrupt: NEVER,
        previous: () => null,
        publish: null,
      },
    );
    if (!scanned.ok) throw new Error('nothing could be read');
    return settled(scanned.feed);
  }

  const codes = ({ run }: Feed): readonly string[] => run.degraded_reasons.map(({ code }) => code);
  const stale = ({ signals }: Feed): number => signals.filter(({ status }) => status === 'stale').length;

  it('moves the clock of the run on, degrades it, and what is too old by then is stale', async () => {
    const usual = await scanThrough(0);
    expect(codes(usual)).toEqual([]);
    const slept = await scanThrough(10 * HOUR_MS);
    expect(codes(slept)).toContain('clock-jumped');
    expect(slept.run.as_of).toBe(usual.run.as_of + 10 * HOUR_MS);
    expect(slept.run.degraded_reasons.map(({ text }) => text).join()).toContain('slept for 10 h');
    const fresh = usual.signals.filter(({ status }) => status === 'ok').length;
    expect(fresh).toBeGreaterThan(0);
    expect(stale(slept)).toBe(stale(usual) + fresh);
    const first = slept.signals.find(({ status }) => status === 'stale');
    expect(first).toMatchObject({ direction: 'none', score: null, status_reason: { code: 'old-candles' } });
    expect(first?.status_reason?.text).toContain('2.7 times 4h');
    expect(slept.summary.candles.stale_markets).toBe(MARKETS);
    expect(feedProblems(slept, 'feed')).toEqual([]);
    figure('A10', `10 h of sleep during a run: degraded, ${stale(slept)} of ${slept.signals.length} signals stale`);
  });

  it('makes nothing stale that is fresh by then', async () => {
    const slept = await scanThrough(3 * HOUR_MS);
    expect(codes(slept)).toEqual(['clock-jumped']);
    expect(stale(slept)).toBe(stale(await scanThrough(0)));
  });

  it.each([
    ['two minutes', 2 * MINUTE_MS, 0],
    ['a run that took ten hours', 0, 10 * HOUR_MS],
  ])('%s are no jump', async (_, jumpMs, passedMs) => {
    const feed = await scanThrough(jumpMs, passedMs);
    expect(codes(feed)).toEqual([]);
    expect(feed.run.as_of).toBe((await scanThrough(0)).run.as_of);
  });

  it('set back it is said, and as_of stands', async () => {
    const feed = await scanThrough(-HOUR_MS);
    expect(codes(feed)).toEqual(['clock-jumped']);
    expect(feed.run.degraded_reasons[0]!.text).toContain('set back by 1 h');
    expect(feed.run.as_of).toBe((await scanThrough(0)).run.as_of);
  });

  it('with --as-of the clock of the run stands whatever happens', async () => {
    const feed = await scanThrough(10 * HOUR_MS, 0, SAMPLE_AS_OF);
    expect(feed.run.as_of).toBe(SAMPLE_AS_OF);
    expect(codes(feed)).toEqual([]);
  });
});
