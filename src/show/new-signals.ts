/** Signals whose direction began with the last candle, for each strategy, with what the strategy has been worth. */
import type { FeedContent } from '../core/feed.ts';
import { isExplained, type Signal } from '../core/signal.ts';
import { coinCollector, type StrategyShown } from '../feed/collect.ts';
import { layTable, leftOutLines, paint, paragraph, type Look, type Table } from '../feed/layout.ts';
import { byRecord, legendLines, recordLines } from '../feed/records.ts';
import { TRADE_COLUMNS } from '../feed/table.ts';
import { escapeControl } from '../platform/text.ts';

/** Coins per strategy: the end of a run is to be short. */
const MOST = 5;

export interface NewSignals {
  readonly add: (signal: Signal) => void;
  readonly lines: (feed: Pick<FeedContent, 'run' | 'summary'>, look: Look) => readonly string[];
}

/**
 * @param comparable whether there was an earlier feed to tell what is new from what is not
 * @param newestClose of all markets, ms UTC: what a market that lags behind it began is not new
 */
export function newSignals(comparable: boolean, newestClose: number | null): NewSignals {
  const collector = coinCollector(MOST);
  const add = (signal: Signal): void => {
    if (isNew(signal, newestClose)) collector.add(signal);
  };
  const lines: NewSignals['lines'] = ({ run, summary }, look) => {
    const found = new Map(collector.result().map((shown) => [shown.strategy, shown]));
    const order = byRecord(run.strategies, summary);
    const blocks = order.map((id) => blockOf(id, found.get(id) ?? null, comparable, summary, look));
    const notes = leftOutLines(
      blocks.flatMap(({ table }) => table ?? []),
      look,
    );
    const below = [...notes, ...legendLines(order, summary, look)];
    return [
      '',
      ...headingLines(comparable, look),
      ...blocks.flatMap(({ lines: own }) => [''].concat(own)),
      ...(below.length === 0 ? [] : ['', ...below]),
    ];
  };
  return { add, lines };
}

function isNew(signal: Signal, newestClose: number | null): boolean {
  return isExplained(signal) && signal.direction !== 'none' && signal.since === newestClose;
}

function headingLines(comparable: boolean, look: Look): readonly string[] {
  const text = comparable
    ? 'New with the last candle, as far as earlier feeds know'
    : 'Signals with a direction (no earlier feed of the same scan tells which of them are new)';
  return paragraph(text, look).map((line) => paint(line, 'bold', look));
}

interface Block {
  readonly lines: readonly string[];
  readonly table: Table | null;
}

function blockOf(
  strategy: string,
  shown: StrategyShown | null,
  comparable: boolean,
  summary: FeedContent['summary'],
  look: Look,
): Block {
  const [first = '', ...others] = paragraph(`${strategy}  ${countText(strategy, shown, comparable, summary)}`, look);
  const title = [first.replace(escapeControl(strategy), (name) => paint(name, 'bold', look)), ...others];
  const record = recordLines(strategy, summary, look);
  if (shown === null) return { lines: [...title, ...record], table: null };
  const table = layTable(TRADE_COLUMNS, shown.coins, look);
  const more = shown.more === 0 ? [] : [paint(`${shown.more} more`, 'dim', look)];
  return { lines: [...title, ...record, ...table.lines, ...more], table };
}

function countText(
  strategy: string,
  shown: StrategyShown | null,
  comparable: boolean,
  { by_strategy: all }: FeedContent['summary'],
): string {
  const own = Object.hasOwn(all, strategy) ? all[strategy]! : null;
  const directed = own === null ? 0 : own.long + own.short;
  if (shown === null) return directed === 0 ? 'none' : `none new, ${directed} from before`;
  const { long, short } = shown.counts;
  const counts = `${long} long, ${short} short`;
  const before = directed - long - short;
  return comparable && before > 0 ? `${counts}; ${before} from before` : counts;
}
