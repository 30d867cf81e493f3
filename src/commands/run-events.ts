/** What a run tells, as lines and bars. */
import type { Config } from '../config.ts';
import type { SkippedFile } from '../core/candles.ts';
import type { BatchEvent, ReadEvent, RunEvent, Tell } from '../job/events.ts';
import type { Log } from '../platform/log.ts';
import type { Progress, ProgressBar } from '../platform/silent-progress.ts';
import { formatDuration } from '../platform/text.ts';

/** Warnings of one reason that are told one by one: a wrong --format or a foreign folder has a thousand of them. */
const TOLD_PER_REASON = 20;

export function renderEvents(log: Log, progress: Progress, config: Pick<Config, 'provider'>): Tell {
  let reading: ProgressBar | null = null;
  let fetching: ProgressBar | null = null;
  const render: { readonly [K in RunEvent['type']]: (event: Extract<RunEvent, { type: K }>) => void } = {
    reading: ({ done, of }) => (reading ??= progress.bar('reading', of)).update(done, 'markets'),
    read: (event) => tellRead(event, log, config),
    judged: ({ markets }) => log.line(`[BATCH] Processing ${markets} symbols`),
    resolved: ({ tiers: { resolved, aggregated, neutral } }) =>
      log.line(`[BATCH] Resolved: ${resolved} | Aggregated: ${aggregated} | Neutral: ${neutral}`),
    planned: ({ atLeast, atMost, requests, ms }) => {
      const time = `${formatDuration(ms)} under the quota`;
      log.info(
        atLeast === atMost
          ? `${atMost} calls in ${requests} requests, ${time}`
          : `${atLeast} to ${atMost} calls, at most ${time}`,
      );
    },
    batch: (event) => {
      log.line(`[BATCH] Fetching batch ${event.number}/${event.of} (${event.symbols} symbols)`);
      fetching ??= progress.bar('fetching', 0);
      updateBar(fetching, event);
    },
    answered: ({ calls }) => fetching?.update(calls),
    stage: ({ stage, signals, directed, calls }) =>
      log.line(`[STAGE] ${stage}: ${signals} signals, ${directed} with a direction, ${calls} calls`),
    warned: ({ text }) => log.warn(text),
    noted: ({ text }) => log.info(text),
  };
  // Each renderer takes the event that it is listed under.
  return (event) => (render[event.type] as (one: RunEvent) => void)(event);
}

function updateBar(bar: ProgressBar, { number, of, calls, allCalls, leftMs }: BatchEvent): void {
  bar.setTotal(allCalls);
  bar.update(calls, `calls, request ${number} of ${of}, ${formatDuration(leftMs)} under the quota`);
}

function tellRead(event: ReadEvent, log: Log, config: Pick<Config, 'provider'>): void {
  const { files, markets, ignored, samplesLeftOut, spotFiles, doubts, skipped } = event;
  if (samplesLeftOut > 0) log.info(`Left out the made-up sample (${samplesLeftOut} files)`);
  if (ignored > 0) log.info(`${ignored} files hold no candles of a market (mark prices, funding and the like)`);
  log.line(`[DIRECTORY MODE] Found ${files} data files (${markets} markets)`);
  if (spotFiles > 0) log.warn(`${spotFiles} files hold spot candles; they are scored as the market's own`);
  for (const warning of doubts) log.warn(warning);
  for (const warning of skippedFiles(skipped)) log.warn(warning);
  if (event.isSample) {
    log.line('[SAMPLE] Made-up candles of made-up markets, to show how it works: nothing here is a real price.');
  }
  if (event.provider === 'sandbox') {
    log.line('[SANDBOX] Series come from the built-in server and are made up. No account, no key, no network.');
  }
  if (event.provider === 'none' && config.provider === 'auto') {
    log.info(
      'No COINALYZE_API_KEY: every series is neutral. A free key comes from https://coinalyze.net; --provider sandbox shows made-up series.',
    );
  }
}

/** A sentence for each skipped file, and one for each reason that too many have. */
export function skippedFiles(skipped: readonly SkippedFile[]): readonly string[] {
  return [...Map.groupBy(skipped, ({ reason }) => reason)].flatMap(([reason, files]) => {
    const told = files.slice(0, TOLD_PER_REASON);
    const lines = told.map(({ file, detail }) => `${file} was skipped (${reason}): ${detail}`);
    const more = files.length - told.length;
    return more === 0
      ? lines
      : lines.concat(`${more} more files were skipped (${reason}): scan doctor --json names all`);
  });
}
