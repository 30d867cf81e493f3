/** How `scan show --explain` judges a market again: from the candle files and the cache of the feed's run, with nothing sent. */
import path from 'node:path';
import { defaultOutput, loadConfig } from '../config.ts';
import { ConfigError } from '../core/config-error.ts';
import { explainAgain as judgeAgain } from '../job/explain-again.ts';
import { systemClock } from '../platform/clock.ts';
import type { ExplainAgain } from '../show/judge-again.ts';
import { STRATEGIES } from '../strategies/index.ts';
import { openKept } from '../wire.ts';
import type { CommandContext } from './context.ts';

const NEVER = new AbortController().signal;

/** @param feedFile as given, null for the feed of the settings; it is never input */
export function explainAgain(context: CommandContext, feedFile: string | null): ExplainAgain {
  const config = loadConfig({ ...context, flags: {} });
  const feedPath = feedFile === null ? config.output : path.resolve(context.cwd, feedFile);
  return async ({ run, summary, markets }, market, ids) => {
    const { provider, as_of: asOf } = run;
    const row = markets.find((one) => one.exchange === market.exchange && one.symbol === market.symbol);
    // What the cache has wrong is no matter here: it is told when a scan meets it.
    const note = (): void => undefined;
    // A feed names no file to run: what is the user's own is not judged again.
    const strategies = STRATEGIES.filter(({ id }) => run.strategies.includes(id));
    if (strategies.length === 0) return [];
    const request = {
      run,
      breadth: summary.breadth,
      // All of the run, so that the market's row has every series that they use.
      strategies,
      market,
      // Who stood in then, whoever would today.
      referenceVenues: row?.tier === 'aggregated' && row.venue !== null ? [row.venue] : [],
      exclude: [feedPath, config.output, defaultOutput(config.root)],
      open:
        provider === 'none'
          ? null
          : (window: Parameters<typeof openKept>[1]['window']) => openKept(provider, { config, asOf, window, note }),
    };
    try {
      const signals = await judgeAgain(request, { clock: systemClock, interrupt: NEVER });
      return signals.filter(({ strategy }) => ids.includes(strategy));
    } catch (error) {
      // The files of the run, or this market's, are gone.
      if (error instanceof ConfigError) return [];
      throw error;
    }
  };
}
