import { afterAll, beforeAll, expect, it } from 'vitest';
import { workplace } from '../support/cli.ts';
import { runHere } from '../support/in-process.ts';
import { SAMPLE } from '../support/places.ts';

const place = workplace();

beforeAll(async () => {
  expect((await runHere(place, [SAMPLE, '--output', place.path('feed.json'), '--quiet'])).code).toBe(0);
});
afterAll(() => place.remove());

it('a market is judged again with the stand-in of its feed, whoever would stand in today', async () => {
  const ask = ['show', place.path('feed.json'), '--symbol', 'FET', '--strategy', 'trend-breakout', '--explain'];
  const [then, today] = await Promise.all([
    runHere(place, ask),
    runHere(place, ask, { env: { SCAN_REFERENCE_VENUES: 'Bybit,OKX' } }),
  ]);
  expect(then.stdout).toContain('judged again');
  expect(then.stdout).toContain('stand-in: Binance');
  const body = ({ stdout }: typeof then): string => stdout.slice(stdout.indexOf('\n\n'));
  expect(body(today)).toBe(body(then));
});
