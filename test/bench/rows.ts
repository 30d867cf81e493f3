/** The rows of the table: what is compared with what, and the goals. */
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { makeCorpus, type Corpus, type Step } from './corpus.ts';
import { scanArgs } from './jobs.ts';
import { interleave, oneShot, otherProgram, resident, type Contender, type Sample, type Series } from './processes.ts';

const HERE = import.meta.dirname;
const SCAN = path.join(HERE, '..', '..', 'bin', 'scan.cjs');
export const SMALL = 1_098;
export const LARGE = 10_000;

export interface Bench {
  /** Where corpora and outputs go, absolute. */
  readonly folder: string;
  /** What all processes see. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly passes: number;
}

interface Goals {
  readonly goal: number;
  /** What would be better than the goal; null where nobody has named it. */
  readonly beyond: number | null;
  /** Whether the goal is a least or a most. */
  readonly goalIs: 'at most' | 'at least';
}

export interface Row {
  readonly what: string;
  /** `x` for a ratio of minima, the others are taken as they are. */
  readonly unit: 'x' | 'MB' | 's';
  readonly result: number;
  /** Null for what is shown beside the others and judges nothing. */
  readonly goals: Goals | null;
  /** Of what is measured and of its yardstick; null where there is none. */
  readonly measured: Sample | null;
  readonly yardstick: Sample | null;
}

const atMost = (goal: number, beyond: number | null = null): Goals => ({ goal, beyond, goalIs: 'at most' });
const atLeast = (goal: number): Goals => ({ goal, beyond: null, goalIs: 'at least' });

function ratio(what: string, goals: Goals | null, measured: Series, yardstick: Series, per = 1): Row {
  const result = measured.best.wallMs / yardstick.best.wallMs / per;
  return { what, unit: 'x', result, goals, measured: measured.best, yardstick: yardstick.best };
}

function memory(what: string, goal: number, measured: Series): Row {
  const { best } = measured;
  return { what, unit: 'MB', result: best.peakMb, goals: atMost(goal), measured: best, yardstick: null };
}

function outputOf(folder: string, name: string): string {
  return path.join(path.dirname(folder), `${name}.json`);
}

/** Arguments of one scan: its own output, so that no two of them meet. */
function scanOf({ folder }: Pick<Corpus, 'folder'>, name: string, provider = 'none'): readonly string[] {
  return scanArgs(folder, provider, outputOf(folder, name));
}

export function corpus({ folder }: Bench, files: number, step: Step, form: Corpus['form'] = 'arrays'): Corpus {
  return makeCorpus(folder, files, form, step);
}

function bareOf({ folder }: Corpus, { env }: Bench): Contender {
  return oneShot([path.join(HERE, 'bare.cjs'), folder], env);
}

export async function readingRows(bench: Bench): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const form of ['arrays', 'objects'] as const) {
    const { folder } = corpus(bench, SMALL, '4h', form);
    const contenders = [await resident('columns', [folder], bench.env), await resident('bare', [folder], bench.env)];
    const [columns, bare] = await interleave(contenders, { passes: bench.passes, warmup: 3 });
    rows.push(ratio(`reading into columns / bare, ${form}`, atMost(0.5), columns!, bare!));
  }
  return rows;
}

const PEERS = ['technicalindicators', 'trading-signals', 'ixjb94'];
const ONCE: Readonly<Record<Step, Goals>> = { '1h': atMost(1.5, 1.2), '4h': atMost(2, 1.5) };

/** One shot, beside it what people would write instead; then the same in a process that stays. */
export async function scanRows(bench: Bench): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const step of ['1h', '4h'] as const) {
    const small = corpus(bench, SMALL, step);
    const peers = step === '1h' ? PEERS : [];
    const contenders = [
      oneShot([SCAN, ...scanOf(small, `once-${step}`)], bench.env),
      bareOf(small, bench),
      ...peers.map((peer) =>
        oneShot([path.join(HERE, 'peers', `${peer}.mjs`), small.folder, outputOf(small.folder, peer)], bench.env),
      ),
    ];
    const [scan, bare, ...others] = await interleave(contenders, { passes: bench.passes, warmup: 1 });
    rows.push(
      ratio(`one shot, ${SMALL} files of ${step} candles / bare`, ONCE[step], scan!, bare!),
      memory(`peak memory, ${SMALL} files of ${step} candles`, 90, scan!),
      ...others.map((other, index) => ratio(`the same job on ${peers[index]!} / bare`, null, other, bare!)),
    );
    const [warm, warmBare] = await interleave(
      [
        await resident('scan', scanOf(small, `warm-${step}`), bench.env),
        await resident('bare', [small.folder], bench.env),
      ],
      { passes: bench.passes, warmup: 3 },
    );
    const goals = step === '1h' ? atMost(0.95, 0.8) : null;
    rows.push(ratio(`warm process, ${SMALL} files of ${step} candles / bare`, goals, warm!, warmBare!));
  }
  return rows;
}

export async function startRows(bench: Bench): Promise<readonly Row[]> {
  const { folder } = corpus(bench, SMALL, '4h');
  const file = path.join(folder, readdirSync(folder).toSorted()[0]!);
  const contenders = [
    oneShot([SCAN, ...scanArgs(file, 'none', outputOf(folder, 'one-file'))], bench.env),
    oneShot(['-e', '0'], bench.env),
  ];
  const [scan, node] = await interleave(contenders, { passes: 3 * bench.passes, warmup: 2 });
  return [
    ratio('start-up, scan of one file / node -e 0', atMost(4, 3), scan!, node!),
    memory('peak memory, one file', 65, scan!),
  ];
}

export async function largeRows(bench: Bench): Promise<readonly Row[]> {
  const large = corpus(bench, LARGE, '1h');
  const contenders = [oneShot([SCAN, ...scanOf(large, 'large')], bench.env), bareOf(large, bench)];
  const [scan, bare] = await interleave(contenders, { passes: Math.min(3, bench.passes), warmup: 1 });
  return [
    ratio(`one shot, ${LARGE} files of 1h candles / bare`, atMost(1.2, 0.9), scan!, bare!),
    memory(`peak memory, ${LARGE} files of 1h candles`, 120, scan!),
  ];
}

export async function seriesRows(bench: Bench): Promise<readonly Row[]> {
  const { folder } = corpus(bench, SMALL, '4h');
  const contenders = [await resident('second pass', [folder], bench.env), await resident('bare', [folder], bench.env)];
  const [pass, bare] = await interleave(contenders, { passes: bench.passes, warmup: 3 });
  return [ratio(`second pass, all series of ${SMALL} markets / bare`, atMost(0.35), pass!, bare!)];
}

/** @param env with the key and address of the upstream that filled the cache */
export async function cacheRows(bench: Bench, env: Bench['env']): Promise<readonly Row[]> {
  const small = corpus(bench, SMALL, '4h');
  const [cached, none] = [scanOf(small, 'cached', 'coinalyze'), scanOf(small, 'none')];
  // Fills the cache, and has to reach the end with everything.
  await oneShot([SCAN, ...cached], env).measure();
  const contenders = [oneShot([SCAN, ...cached], env), oneShot([SCAN, ...none], env), bareOf(small, bench)];
  const [all, without, bare] = await interleave(contenders, { passes: bench.passes, warmup: 1 });
  const result = (all!.best.wallMs - without!.best.wallMs) / bare!.best.wallMs;
  const what = '(warm cache - none) / bare, one shot, 3,200 series';
  const row = { what, unit: 'x', result, goals: atMost(0.8), measured: all!.best, yardstick: bare!.best } as const;
  return [row, ...(await feedRows(bench, outputOf(small.folder, 'none'), outputOf(small.folder, 'cached')))];
}

const TOP_TEN = '[.signals[] | select(.direction != "none")][:10]';

/** @param feed without series, @param full with all of them */
async function feedRows(bench: Bench, feed: string, full: string): Promise<readonly Row[]> {
  const size = (what: string, file: string, goals: Goals | null): Row => {
    return { what, unit: 'MB', result: statSync(file).size / 1e6, goals, measured: null, yardstick: null };
  };
  const [jq] = await interleave([otherProgram('jq', [TOP_TEN, feed], bench.env)], { passes: bench.passes, warmup: 1 });
  const seconds = jq!.best.wallMs / 1000;
  return [
    size(`feed of ${SMALL} markets`, feed, atMost(4)),
    size(`feed of ${SMALL} markets with all series`, full, null),
    {
      what: 'jq, top ten of the feed',
      unit: 's',
      result: seconds,
      goals: atMost(0.25),
      measured: jq!.best,
      yardstick: null,
    },
  ];
}

const INDICATOR_PEERS = [
  ['technicalindicators', 80],
  ['trading-signals', 30],
  ['@ixjb94/indicators', 2.5],
] as const;

export async function indicatorRows(bench: Bench): Promise<readonly Row[]> {
  const all: Contender[] = [];
  for (const name of ['ours', ...INDICATOR_PEERS.map(([peer]) => peer)])
    all.push(await resident('indicators', [name], bench.env));
  const [ours, ...peers] = await interleave(all, { passes: bench.passes, warmup: 3 });
  return INDICATOR_PEERS.map(([name, goal], index): Row => {
    const { best } = peers[index]!;
    const result = best.wallMs / ours!.best.wallMs;
    const what = `indicators, times faster than ${name}`;
    return { what, unit: 'x', result, goals: atLeast(goal), measured: ours!.best, yardstick: best };
  });
}
