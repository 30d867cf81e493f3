/**
 * `npm run mutate`: plants faults in the rooms that hold trading rules and says which of them no test notices.
 *   npm run mutate -- --short                       a sample of 40, to try whether it works
 *   npm run mutate -- src/strategies/squeeze.ts     every fault of one file or folder
 */
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { reportOf } from './report.ts';
import { mutate } from './runner.ts';
import { acceptedSurvivors } from './survivors.ts';

const ROOMS = ['src/strategies', 'src/processor', 'src/plan', 'src/indicators'];
const LEAST_CAUGHT = 0.95;
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    short: { type: 'boolean', default: false },
    size: { type: 'string' },
    seed: { type: 'string', default: '1' },
    minutes: { type: 'string', default: '28' },
  },
});

const started = performance.now();
const survivors = acceptedSurvivors(path.join(import.meta.dirname, 'survivors.json'));
const outcome = await mutate({
  root: path.join(import.meta.dirname, '..', '..'),
  paths: positionals.length > 0 ? positionals.map((one) => one.replace(/\/$/, '')) : ROOMS,
  size: Number(values.size ?? (values.short ? 40 : positionals.length > 0 ? Infinity : 1_100)),
  seed: Number(values.seed),
  workers: availableParallelism(),
  // Counting takes about three times the time that the tests take afterwards.
  testMs: values.short ? 4_500 : 45_000,
  survivorMs: values.short ? 18_000 : 120_000,
  patienceMs: 4_000,
  wholeMs: values.short ? 50_000 : Number(values.minutes) * 60_000,
  isAccepted: survivors.accepts,
  tell: (line) => void process.stderr.write(`${line}\n`),
});
const { text, share } = reportOf(outcome, survivors, performance.now() - started);
process.stdout.write(text);
if (share < LEAST_CAUGHT) process.exitCode = 1;
