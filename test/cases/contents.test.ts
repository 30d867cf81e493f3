/** The recorded inputs of users whose files hold candles in other ways, through the program: what comes out, and what the doctor says. */
import { existsSync, readFileSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { workplace } from '../support/cli.ts';
import { runHere } from '../support/in-process.ts';
import { describeWithShared, sharedPath } from '../support/shared.ts';

const CASES = [
  'times-label-the-end',
  'mixed-time-units',
  'postgres-times',
  'excel-times',
  'unknown-keys',
  'text-times-in-arrays',
  'days-from-16-utc',
];
/** What the doctor calls it, where there is anything to call. */
const KINDS: Readonly<Record<string, string>> = {
  'times-label-the-end': 'shifted-times',
  'mixed-time-units': 'disordered-rows',
  'excel-times': 'bad-series',
  'unknown-keys': 'bad-series',
  'text-times-in-arrays': 'times-without-zone',
  'days-from-16-utc': 'bad-series',
};

interface Expected {
  readonly case: string;
  readonly as_of?: string;
  readonly timeframe?: string;
  /** Any of these; null for a folder that is refused. */
  readonly price: number | null | readonly (number | null)[];
  readonly message?: string;
}

interface Recorded {
  readonly as_of: string;
  readonly timeframe: string;
  readonly cases: readonly Expected[];
}

describeWithShared('cases/candles/cases.json', 'files as users have them', () => {
  const place = workplace();
  afterAll(() => place.remove());
  const recorded = JSON.parse(readFileSync(sharedPath('cases', 'candles', 'cases.json'), 'utf8')) as Recorded;

  test.each(CASES)('%s', async (name) => {
    const wanted = recorded.cases.find((one) => one.case === name)!;
    const folder = sharedPath('cases', 'candles', name);
    const asOf = ['--as-of', wanted.as_of ?? recorded.as_of];
    const output = place.path(`${name}.json`);
    const timeframe = ['--timeframe', wanted.timeframe ?? recorded.timeframe];
    const args = ['run', folder, '--provider', 'none', ...asOf, ...timeframe, '--output', output];
    const { code, stdout, stderr } = await runHere(place, args);
    const feed = existsSync(output)
      ? (JSON.parse(readFileSync(output, 'utf8')) as { readonly markets: readonly { readonly price: number | null }[] })
      : null;
    const prices = feed?.markets.map(({ price }) => price) ?? [null];
    expect(prices).toHaveLength(1);
    expect([wanted.price].flat()).toContain(prices[0]);
    expect(code).toBe(feed === null ? 4 : 0);
    if (wanted.message !== undefined) expect(`${stdout}${stderr}`).toContain(wanted.message);

    const doctor = await runHere(place, ['doctor', folder, '--json', ...asOf]);
    const { problems } = JSON.parse(doctor.stdout) as { readonly problems: readonly { readonly kind: string }[] };
    if (KINDS[name] !== undefined) expect(problems.map(({ kind }) => kind)).toContain(KINDS[name]);
    if (wanted.message !== undefined) expect(JSON.stringify(problems)).toContain(wanted.message);
  });
});
