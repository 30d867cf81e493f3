/** Scans of the recorded candles, and what each says of every signal: what rebuilding the scanner must not change. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { LAUNCHER } from '../support/cli.ts';
import { sharedPath } from '../support/shared.ts';
import type { AnySignal } from './answer.ts';

interface Look {
  readonly folder: string;
  /** Most of the folder's candles are fresh then. */
  readonly asOf: string;
  /** Each is a scan of its own, so that the whole takes less than a minute. */
  readonly scans: readonly string[];
  /** For folders whose names do not say whose candles they hold. */
  readonly exchange?: string;
}

const LOOKS: readonly Look[] = [
  { folder: 'perps-2026-01', asOf: '2026-01-19T17:00:00Z', scans: ['4h none', '4h sandbox', '15m sandbox'] },
  // Falls, in which shorts fire.
  { folder: 'perps-2026-01', asOf: '2026-01-18T23:30:00Z', scans: ['15m sandbox'] },
  { folder: 'bybit-futures', asOf: '2024-07-04T04:00:00Z', scans: ['4h sandbox'] },
  { folder: 'bybit-futures', asOf: '2024-08-03T20:00:00Z', scans: ['4h sandbox'] },
  // The end of one: what fades exhaustion fires.
  { folder: 'bybit-futures', asOf: '2024-08-05T16:00:00Z', scans: ['4h sandbox', '1h sandbox'] },
  { folder: 'bybit-futures', asOf: '2024-08-09T13:00:00Z', scans: ['4h none', '1h none'] },
  { folder: 'derivatives', asOf: '2024-08-20T00:00:00Z', scans: ['4h sandbox', '1h sandbox'] },
  { folder: 'derivatives', asOf: '2024-09-18T21:00:00Z', scans: ['15m none'] },
  { folder: 'multi-exchange-1h', asOf: '2024-08-20T00:00:00Z', scans: ['4h none', '1h sandbox'] },
  { folder: 'freqtrade-futures', asOf: '2021-11-21T05:00:00Z', scans: ['1h sandbox', '15m none'], exchange: 'BINANCE' },
];

export interface Run {
  readonly name: string;
  readonly args: readonly string[];
}

export const RUNS: readonly Run[] = LOOKS.flatMap(({ folder, asOf, scans, exchange }) =>
  scans.map((scan): Run => {
    const [timeframe = '', provider = ''] = scan.split(' ');
    const asked = ['--as-of', asOf, '--timeframe', timeframe, '--provider', provider];
    const whose = exchange === undefined ? [] : ['--exchange', exchange];
    return {
      name: `${folder} ${asOf} ${scan}`,
      args: [sharedPath('candles', folder), ...asked, ...whose],
    };
  }),
);

/** Long enough that everything is fetched. */
const PATIENCE = ['--budget', '10m', '--deadline', '15m', '--quiet', '--allow-degraded'];

/** The signals of one scan, with nothing from a cache. `detail`: the flags without which not every signal is explained. */
export async function signalsOf({ name, args }: Run, detail: readonly string[]): Promise<readonly AnySignal[]> {
  const place = mkdtempSync(path.join(os.tmpdir(), 'perpscan-golden-'));
  try {
    const output = path.join(place, 'feed.json');
    const all = ['run', ...args, '--strategy', 'all', ...PATIENCE, ...detail, '--output', output];
    const { code, text } = await start(all, place);
    if (code !== 0) throw new Error(`${name}: exit ${code}: ${text}`);
    return (JSON.parse(readFileSync(output, 'utf8')) as { readonly signals: readonly AnySignal[] }).signals;
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

/** Feeds explain every signal by themselves, or when they are asked to. */
export async function detailFlags(): Promise<readonly string[]> {
  const { text } = await start(['run', '--help'], os.tmpdir());
  return text.includes('--detail') ? ['--detail', 'full'] : [];
}

function start(
  args: readonly string[],
  place: string,
): Promise<{ readonly code: number | null; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const env = {
      PATH: '/usr/bin:/bin',
      HOME: place,
      SCAN_CACHE_DIR: path.join(place, 'cache'),
      SCAN_STATE_DIR: path.join(place, 'state'),
    };
    const child = spawn(process.execPath, [LAUNCHER, ...args], { cwd: place, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (part: string) => (text += part));
    child.stderr.setEncoding('utf8').on('data', (part: string) => (text += part));
    child.on('error', reject);
    child.on('close', (code) => {
      resolve({ code, text });
    });
  });
}
