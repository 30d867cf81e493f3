/** The signals that the next candle could most easily fire. */
import type { FeedSummary } from '../core/feed.ts';
import type { Signal } from '../core/signal.ts';
import { SIDES, type Side } from '../core/strategy.ts';
import { paint, paragraph, tableLines, type Column, type Look } from '../feed/layout.ts';
import { percentText, wholePriceText } from '../feed/words.ts';
import { keepFew } from './keep-few.ts';

const MOST = 5;
/** A candle often moves that far. */
const WITHIN_ATR = 0.5;

interface Near {
  readonly market: string;
  readonly venue: string;
  readonly coin: string;
  readonly strategy: string;
  readonly side: Side;
  readonly price: number;
  readonly percent: number;
  readonly atr: number;
}

const COLUMNS: readonly Column<Near>[] = [
  { title: 'MARKET', align: 'left', text: ({ market }) => market, style: () => 'bold' },
  { title: 'VENUE', align: 'left', text: ({ venue }) => venue, dispensable: 3 },
  { title: 'STRATEGY', align: 'left', text: ({ strategy }) => strategy, dispensable: 1 },
  { title: 'SIDE', align: 'left', text: ({ side }) => side },
  {
    title: 'CLOSE',
    align: 'right',
    text: ({ price }) => wholePriceText(price),
  },
  { title: 'AWAY', align: 'right', text: ({ percent }) => percentText(percent), dispensable: 2 },
  { title: 'ATR', align: 'right', text: ({ atr }) => Math.abs(atr).toFixed(2) },
];

export interface NearestTriggers {
  readonly add: (signal: Signal) => void;
  readonly lines: (look: Look) => readonly string[];
}

/** Of one coin, strategy and side the nearest; strategies whose record is negative only where no other is near. */
export function nearestTriggers({ by_strategy: strategies }: Pick<FeedSummary, 'by_strategy'>): NearestTriggers {
  const isNegative = ({ strategy }: Near): number => Number(strategies[strategy]?.record.status === 'negative');
  const kept = keepFew<Near>(
    MOST,
    (a, b) => isNegative(a) - isNegative(b) || Math.abs(a.atr) - Math.abs(b.atr),
    ({ coin, strategy, side }) => JSON.stringify([coin, strategy, side]),
  );
  const add = (signal: Signal): void => {
    for (const side of SIDES) {
      const near = nearOf(signal, side);
      if (near !== null) kept.add(near);
    }
  };
  return { add, lines: (look) => linesOf(kept.result(), look) };
}

function nearOf(signal: Signal, side: Side): Near | null {
  const trigger = signal.triggers[side];
  if (trigger === null || Math.abs(trigger.distance_atr) > WITHIN_ATR) return null;
  const { symbol: market, exchange: venue, coin, strategy } = signal;
  const { price, distance_pct: percent, distance_atr: atr } = trigger;
  return { market, venue, coin, strategy, side, price, percent, atr };
}

function linesOf(near: readonly Near[], look: Look): readonly string[] {
  if (near.length === 0) {
    return ['', ...paragraph('Nearest triggers: no next close within half an ATR would fire a signal', look)];
  }
  const title = 'Nearest triggers: the next close that would fire, within half an ATR';
  const heading = paragraph(title, look).map((line) => paint(line, 'bold', look));
  return ['', ...heading, ...tableLines(COLUMNS, near, look)];
}
