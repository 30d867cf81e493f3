/** What a measured process does over and over; started by processes.ts, one job a process. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { END_MS } from './corpus.ts';

const ROOT = path.join(import.meta.dirname, '..', '..');

type Job = () => Promise<unknown>;

/** Each imports what it measures only when it is asked for: nothing else warms up or fills the process. */
const JOBS: Readonly<Record<string, (...args: readonly string[]) => Promise<Job>>> = {
  bare: async (folder = '') => {
    return async () => {
      let rows = 0;
      for (const name of readdirSync(folder)) {
        const parsed = JSON.parse(readFileSync(path.join(folder, name), 'utf8')) as unknown[];
        rows += parsed.length;
      }
      return rows;
    };
  },
  columns: async (folder = '') => {
    const { discoverCandleFiles } = await import('../../src/candles/discover.ts');
    const { groupFiles } = await import('../../src/candles/groups.ts');
    const { readMarket } = await import('../../src/candles/market.ts');
    const { createTally } = await import('../../src/candles/tally.ts');
    return async () => {
      const found = await discoverCandleFiles([folder], { exclude: [] });
      if (!found.ok) throw new Error(found.detail);
      const options = {
        format: null,
        exchange: null,
        now: Date.now(),
        timeframe: '4h',
        onFile: () => undefined,
      } as const;
      const tally = createTally();
      let candles = 0;
      for (const group of await groupFiles(found.files, found.skipped, options, tally))
        for (const { length } of (await readMarket(group, options, tally)).series) candles += length;
      return candles;
    };
  },
  scan: async (...args) => {
    const { run } = await import('../../src/cli.ts');
    return async () => {
      const stdout = new PassThrough().resume();
      const stderr = new PassThrough().resume();
      const context = { version: '0.0.0', packageRoot: ROOT, cwd: process.cwd(), env: process.env, stdout, stderr };
      const code = await run(args, context);
      if (code !== 0) throw new Error(`scan ${args.join(' ')} ended with ${code}`);
      return code;
    };
  },
  'second pass': async (folder = '') => {
    const { secondPassOf } = await import('./second-pass.ts');
    const pass = await secondPassOf(folder);
    return async () => pass();
  },
  indicators: async (contender = '') => {
    const { contenders } = await import('./indicators.ts');
    const compute = await contenders[contender]!();
    return async () => compute();
  },
};

/** The arguments of a scan that leaves nothing to chance or to the machine's settings. */
export function scanArgs(folder: string, provider: string, output: string): readonly string[] {
  const asOf = new Date(END_MS).toISOString();
  return ['run', folder, '--strategy', 'all', '--provider', provider, '--as-of', asOf, '--output', output, '--quiet'];
}

const send = process.send?.bind(process);
if (send !== undefined) {
  const [name = '', ...args] = process.argv.slice(2);
  const job = await JOBS[name]!(...args);
  process.on('message', () => {
    const before = process.resourceUsage();
    const started = performance.now();
    void job().then((result) => {
      const wallMs = performance.now() - started;
      const after = process.resourceUsage();
      return send({
        wallMs,
        userMs: (after.userCPUTime - before.userCPUTime) / 1000,
        systemMs: (after.systemCPUTime - before.systemCPUTime) / 1000,
        peakMb: after.maxRSS / 1024,
        result,
      });
    });
  });
  send('ready');
}
