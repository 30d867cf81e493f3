/** One input never hurts the rest: a line of megabytes, and paths that cannot be looked at. All files here are hand-made. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { rows } from '../candles/support.ts';
import { workplace, type CliResult } from '../support/cli.ts';
import { runHere } from '../support/in-process.ts';

const MIB = 1024 * 1024;
const LONG = 'x'.repeat(300);
const place = workplace();
afterAll(() => place.remove());

function folderWith(name: string, files: Readonly<Record<string, string>>): string {
  const folder = place.path(name);
  mkdirSync(folder);
  for (const [file, content] of Object.entries(files)) writeFileSync(path.join(folder, file), content);
  return folder;
}

const CANDLES = JSON.stringify(rows(12));

test('a CSV of one line of 32 MiB costs its own market, within 200 MiB of heap', async () => {
  const folder = folderWith('line', {
    'BINANCE_BTCUSDT_1h.json': CANDLES,
    'BINANCE_ETHUSDT_1h.csv': `time,open,high,low,close,volume\n${','.repeat(32 * MIB)}`,
  });
  const args = [
    'run',
    folder,
    '--provider',
    'none',
    '--timeframe',
    '1h',
    '--as-of',
    '2026-01-01T12:00:00Z',
    '--output',
    place.path('line.json'),
  ];
  const { code, stderr } = await place.scan(args, { env: { NODE_OPTIONS: '--max-old-space-size=200' } });
  expect(code, stderr).toBe(0);
  expect(stderr).toContain('2 markets');
});

describe('a path that cannot be looked at is refused by its name, and is no bug', () => {
  symlinkSync('b.json', place.path('a.json'));
  symlinkSync('a.json', place.path('b.json'));

  test.each([
    ['run', 'a.json', 'it is a link that leads back to itself'],
    ['run', LONG, 'its name is longer than the system allows'],
    ['run', `${LONG}/x.json`, 'its name is longer than the system allows'],
    ['doctor', 'a.json', 'it is a link that leads back to itself'],
    ['doctor', LONG, 'its name is longer than the system allows'],
  ])('scan %s %.10s', async (command, name, words) => {
    const given = path.isAbsolute(name) ? name : place.path(name);
    const { code, stderr }: CliResult = await runHere(place, [
      command,
      given,
      ...(command === 'run' ? ['--provider', 'none'] : []),
    ]);
    expect(stderr).toContain(words);
    expect(stderr).toContain(name.slice(0, 30));
    expect(stderr).not.toContain('bug');
    expect(code).toBe(2);
  });

  test('inside of a folder it is skipped, and all else is read', async () => {
    const folder = folderWith('links', { 'BINANCE_BTCUSDT_1h.json': CANDLES });
    symlinkSync('BINANCE_ETHUSDT_1h.json', path.join(folder, 'BINANCE_ETHUSDT_1h.json'));
    symlinkSync('self', path.join(folder, 'self'));
    const { code, stdout } = await runHere(place, ['doctor', folder, '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      skipped: [
        { file: 'BINANCE_ETHUSDT_1h.json', reason: 'unreadable', detail: 'it is a link that leads back to itself' },
        { file: 'self', reason: 'unreadable', detail: 'it is a link that leads back to itself' },
      ],
    });
    expect(code).not.toBe(1);
  });
});
