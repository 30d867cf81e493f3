/** Which conditions of a strategy hold, and at which close they all would. */
import type { ExplainedSignal, Signal, SignalTrigger } from '../core/signal.ts';
import { SIDES, type Condition, type Side } from '../core/strategy.ts';
import { formatPrice } from '../platform/text.ts';
import { layTable, leftOutLines, paint, paragraph, type Column, type Look } from './layout.ts';
import { percentText, wholePriceText } from './words.ts';

/** Of a signal without a direction, in a table: the close that would fire its side, or the conditions that do not hold. */
export function waitText({ triggers, unmet, score_side: side }: Signal): string {
  if (side === null || unmet === null) return '';
  const trigger = triggers[side];
  if (trigger === null) return unmet[side].join(', ');
  return `close at ${wholePriceText(trigger.price)} (${atrText(trigger)})`;
}

/** `1.02 ATR`, without a sign: above or below is said by the side. */
function atrText({ distance_atr: distance }: SignalTrigger): string {
  return `${Math.abs(distance).toFixed(2)} ATR`;
}

interface Row {
  readonly side: Side;
  readonly condition: Condition;
}

const COLUMNS: readonly Column<Row>[] = [
  { title: 'SIDE', align: 'left', text: ({ side }) => side },
  { title: 'NEEDS', align: 'left', text: ({ condition }) => needsText(condition) },
  { title: 'VALUE', align: 'right', text: ({ condition }) => formatPrice(condition.value), dispensable: 2 },
  {
    title: 'HOLDS',
    align: 'left',
    text: ({ condition: { holds } }) => (holds ? 'yes' : 'no'),
    style: ({ condition: { holds } }) => (holds ? 'green' : 'yellow'),
  },
  { title: 'CONDITION', align: 'left', text: ({ condition }) => condition.code, dispensable: 1 },
];

/** Both sides' conditions, those of the signal's side first, and what the next close would do. */
export function conditionLines(signal: ExplainedSignal, look: Look): readonly string[] {
  const { conditions } = signal;
  if (conditions === null) return [];
  const sides = sidesOf(signal);
  const counts = sides.map((side) => {
    const held = conditions[side].filter(({ holds }) => holds).length;
    return `${held} of ${conditions[side].length} hold for ${side}`;
  });
  const rows = sides.flatMap((side) => conditions[side].map((condition) => ({ side, condition })));
  const heading = paragraph(`Conditions: ${counts.join(', ')}`, look).map((line) => paint(line, 'bold', look));
  const table = rows.length === 0 ? null : layTable(COLUMNS, rows, look);
  const laid = table === null ? [] : [...table.lines, ...leftOutLines([table], look)];
  const unknown = rows.some(({ condition }) => condition.threshold === null)
    ? paragraph('?: a level that stands only once the conditions before it hold.', look)
    : [];
  return ['', ...heading, ...laid, ...unknown, ...triggerLines(signal, look)];
}

/** What the next close would do for either side of a signal without a direction; the signal's side comes first. */
export function triggerLines(signal: Signal, look: Look): readonly string[] {
  if (signal.direction !== 'none' || signal.status !== 'ok') return [];
  return sidesOf(signal).flatMap((side) => paragraph(triggerText(signal, side), look));
}

function sidesOf({ score_side: first }: Signal): readonly Side[] {
  return first === 'short' ? SIDES.toReversed() : SIDES;
}

/** In plain words: the close of the next candle that would fire the side, or why none would. */
function triggerText({ triggers, unmet, timeframe }: Signal, side: Side): string {
  const trigger = triggers[side];
  if (trigger !== null) {
    const far = `${percentText(trigger.distance_pct)}, ${atrText(trigger)}`;
    return `Trigger: a ${timeframe ?? ''} close at ${wholePriceText(trigger.price)} (${far}) would fire the ${side}.`;
  }
  const missing = unmet?.[side] ?? [];
  const what = missing.length === 0 ? '' : `: unmet ${missing.length === 1 ? 'is' : 'are'} ${missing.join(', ')}`;
  return `No next close alone would fire the ${side}${what}.`;
}

function needsText({ measure, needs, threshold }: Condition): string {
  return `${measure} ${needs} ${threshold === null ? '?' : formatPrice(threshold)}`;
}
