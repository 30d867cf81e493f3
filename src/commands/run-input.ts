/** The candles of a run, and what is said of them before the scan. */
import { discoverCandleFiles, type CandleFile } from '../candles/discover.ts';
import { loadCandles, readSampleTime, type LoadedCandles } from '../candles/load.ts';
import type { ReadOptions } from '../candles/reader.ts';
import { defaultOutput } from '../config.ts';
import { ConfigError } from '../core/config-error.ts';
import type { ProviderName } from '../core/feed.ts';
import { systemClock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { ScanRequest } from '../scan.ts';
import { doubtfulRows, skippedFiles } from './run-options.ts';
import type { RunTools } from './run-output.ts';

export interface Input extends Pick<ScanRequest, 'files' | 'skipped'> {
  readonly candles: LoadedCandles;
  /** Set when all files belong to a sample. */
  readonly sampleMarker: string | null;
}

/** Finds and reads the candles, and tells what is wrong with them. @throws ConfigError */
export async function readInput(
  paths: readonly string[],
  given: Pick<ReadOptions, 'format' | 'exchange'>,
  { config, log, progress, interrupt }: RunTools,
): Promise<Input> {
  const found = await discoverCandleFiles(paths, { exclude: [config.output, defaultOutput(config.root)] });
  if (!found.ok) throw new ConfigError(`${found.path}: ${found.detail}`, 2);
  const own = found.files.filter((file) => file.sampleMarker === null);
  const sample: readonly CandleFile[] = found.files.filter((file) => file.sampleMarker !== null);
  const files = own.length > 0 ? own : sample;
  if (own.length > 0 && sample.length > 0) log.info(`Left out the made-up sample (${sample.length} files)`);
  const bar = progress.bar('reading', files.length);
  const options = { ...given, now: systemClock.now() };
  const candles = await loadCandles(
    files,
    options,
    (done) => {
      interrupt.throwIfAborted();
      bar.update(done, 'files');
    },
    found.skipped,
  );
  const count = files.length + found.skipped.length;
  if (found.ignored.length > 0)
    log.info(`${found.ignored.length} files hold no candles of a market (mark prices, funding and the like)`);
  log.line(`[DIRECTORY MODE] Found ${candles.markets.length} markets in ${count} files`);
  if (candles.spotFiles > 0)
    log.warn(`${candles.spotFiles} files hold spot candles; they are scored as the market's own`);
  for (const warning of doubtfulRows(candles.findings)) log.warn(warning);
  for (const warning of skippedFiles([...found.skipped, ...candles.skipped])) log.warn(warning);
  return {
    candles,
    files: count,
    skipped: found.skipped,
    sampleMarker: own.length > 0 ? null : (sample[0]?.sampleMarker ?? null),
  };
}

export function nothingRead({ files, skipped, candles }: Input, log: Log): void {
  const why = files === 0 ? 'no candle files were found' : `none of ${files} files could be read`;
  const first = [...skipped, ...candles.skipped][0];
  const example = first === undefined ? '' : `, e.g. ${first.file}: ${first.detail}`;
  log.error(`scan: ${why}${example}. No feed was written; an older one stays as it was`);
}

export function announce(provider: ProviderName, { sampleMarker }: Input, { config, log }: RunTools): void {
  if (sampleMarker !== null) {
    log.line('[SAMPLE] Made-up candles of made-up markets, to show how it works: nothing here is a real price.');
  }
  if (provider === 'sandbox') {
    log.line('[SANDBOX] Series come from the built-in server and are made up. No account, no key, no network.');
  }
  if (provider === 'none' && config.provider === 'auto') {
    log.info(
      'No COINALYZE_API_KEY: every series is neutral. A free key comes from https://coinalyze.net; --provider sandbox shows made-up series.',
    );
  }
}

/** rulings.md 1 and 25: a file's newest candle is never proven closed, so made-up series live at its open time. */
export function timeOf(provider: ProviderName, { sampleMarker, candles }: Input): number {
  const newest = candles.newestOpen ?? systemClock.now();
  if (sampleMarker !== null) return readSampleTime(sampleMarker) ?? newest;
  return provider === 'sandbox' ? newest : systemClock.now();
}
