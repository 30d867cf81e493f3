/** The rows of the table: what is compared with what, and the goal for their ratio. */
import path from 'node:path';
import { makeCorpus, type Corpus } from './corpus.ts';
import { scanArgs } from './jobs.ts';
import { interleave, oneShot, resident, type Contender, type Sample, type Series } from './processes.ts';

const HERE = import.meta.dirname;
const SCAN = path.join(HERE, '..', '..', 'bin', 'scan.cjs');
export const SMALL = 1_098;
export const LARGE = 10_000;

export interface Bench {
  /** Where corpora and outputs go, absolute. */
  readonly folder: string;
  /** Warm: what all processes see. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly passes: number;
}

export interface Row {
  readonly what: string;
  /** `x` for a ratio of minima, `MB` for memory. */
  readonly unit: 'x' | 'MB';
  readonly result: number;
  readonly goal: number;
  /** Whether the goal is a least or a most. */
  readonly goalIs: 'at most' | 'at least';
  /** Of what is measured and of its yardstick; null where there is none. */
  readonly measured: Sample;
  readonly yardstick: Sample | null;
}

type Unrated = Omit<Row, 'goal' | 'goalIs'>;

function ratio(what: string, measured: Series, yardstick: Series, per = 1): Unrated {
  const result = measured.best.wallMs / yardstick.best.wallMs / per;
  return { what, unit: 'x', result, measured: measured.best, yardstick: yardstick.best };
}

const atMost = (goal: number, row: Unrated): Row => ({ ...row, goal, goalIs: 'at most' });
const atLeast = (goal: number, row: Unrated): Row => ({ ...row, goal, goalIs: 'at least' });

function memory(what: string, measured: Series): Unrated {
  return { what, unit: 'MB', result: measured.best.peakMb, measured: measured.best, yardstick: null };
}

/** Of one scan: its own output, so that no two of them meet. */
function scanOf({ folder }: Corpus, name: string, provider = 'none'): readonly string[] {
  return scanArgs(folder, provider, path.join(path.dirname(folder), `${name}.json`));
}

export function corpus(bench: Bench, files: number, form: Corpus['form']): Corpus {
  return makeCorpus(bench.folder, files, form);
}

export async function readingRows(bench: Bench): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const form of ['arrays', 'objects'] as const) {
    const { folder } = corpus(bench, SMALL, form);
    const contenders = [await resident('columns', [folder], bench.env), await resident('bare', [folder], bench.env)];
    const [columns, bare] = await interleave(contenders, { passes: bench.passes, warmup: 3 });
    rows.push(atMost(0.5, ratio(`reading into columns / bare, ${form}`, columns!, bare!)));
  }
  return rows;
}

export async function scanRows(bench: Bench): Promise<readonly Row[]> {
  const small = corpus(bench, SMALL, 'arrays');
  const warm = await interleave(
    [await resident('scan', scanOf(small, 'warm'), bench.env), await resident('bare', [small.folder], bench.env)],
    { passes: bench.passes, warmup: 3 },
  );
  const bare = oneShot([path.join(HERE, 'bare.cjs'), small.folder], bench.env);
  const once = await interleave([oneShot([SCAN, ...scanOf(small, 'once')], bench.env), bare], {
    passes: bench.passes,
    warmup: 1,
  });
  return [
    atMost(0.9, ratio('whole scan, warm process / bare', warm[0]!, warm[1]!)),
    atMost(1.2, ratio('whole scan, one shot, process wall / bare', once[0]!, once[1]!)),
    atMost(130, memory(`peak memory, ${SMALL} files`, once[0]!)),
  ];
}

export async function largeRows(bench: Bench): Promise<readonly Row[]> {
  const [small, large] = [corpus(bench, SMALL, 'arrays'), corpus(bench, LARGE, 'arrays')];
  const per = LARGE / SMALL;
  const warm = await interleave(
    [
      await resident('scan', scanOf(large, 'large'), bench.env),
      await resident('scan', scanOf(small, 'small'), bench.env),
    ],
    { passes: bench.passes, warmup: 2 },
  );
  const [once] = await interleave([oneShot([SCAN, ...scanOf(large, 'large-once')], bench.env)], {
    passes: Math.min(3, bench.passes),
    warmup: 0,
  });
  return [
    atMost(250, memory(`peak memory, ${LARGE} files`, once!)),
    atMost(1.25, ratio(`time per market, ${LARGE} / ${SMALL} files, warm process`, warm[0]!, warm[1]!, per)),
  ];
}

/** @param env with the key and address of the upstream that filled the cache */
export async function cacheRows(bench: Bench, env: Bench['env']): Promise<readonly Row[]> {
  const small = corpus(bench, SMALL, 'arrays');
  const [cached, none] = [scanOf(small, 'cached', 'coinalyze'), scanOf(small, 'none')];
  // Fills the cache, and has to reach the end with everything.
  await oneShot([SCAN, ...cached], env).measure();
  const warm = await interleave([await resident('scan', cached, env), await resident('scan', none, env)], {
    passes: bench.passes,
    warmup: 3,
  });
  const once = await interleave([oneShot([SCAN, ...cached], env), oneShot([SCAN, ...none], env)], {
    passes: bench.passes,
    warmup: 1,
  });
  return [
    atMost(1.5, ratio('warm external cache / --provider none, one shot', once[0]!, once[1]!)),
    atMost(1.5, ratio('warm external cache / --provider none, warm process', warm[0]!, warm[1]!)),
  ];
}

const PEERS = [
  ['technicalindicators', 80],
  ['trading-signals', 30],
  ['@ixjb94/indicators', 2.5],
] as const;

export async function indicatorRows(bench: Bench): Promise<readonly Row[]> {
  const all: Contender[] = [];
  for (const name of ['ours', ...PEERS.map(([peer]) => peer)])
    all.push(await resident('indicators', [name], bench.env));
  const [ours, ...peers] = await interleave(all, { passes: bench.passes, warmup: 3 });
  return PEERS.map(([name, goal], index) => {
    const peer = peers[index]!;
    const result = peer.best.wallMs / ours!.best.wallMs;
    const what = `indicators, times faster than ${name}`;
    return atLeast(goal, { what, unit: 'x', result, measured: ours!.best, yardstick: peer.best });
  });
}

export async function startRows(bench: Bench): Promise<readonly Row[]> {
  const contenders = [oneShot([SCAN, '--version'], bench.env), oneShot(['-e', '0'], bench.env)];
  const [scan, node] = await interleave(contenders, { passes: 3 * bench.passes, warmup: 2 });
  return [atMost(1.6, ratio('start-up, scan --version / node -e 0', scan!, node!))];
}
