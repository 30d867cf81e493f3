/** The parts of a score, each with its value and threshold. */
import type { ScoreComponent } from '../core/signal.ts';
import type { Part } from '../core/strategy.ts';
import { formatPrice } from '../platform/text.ts';
import { tableLines, type Column, type Look } from './layout.ts';

/** A component, or one of its parts. */
interface ScoreRow {
  readonly name: string;
  readonly points: number;
  readonly max: number;
  readonly value: string;
  readonly threshold: string;
  readonly isPart: boolean;
}

const COLUMNS: readonly Column<ScoreRow>[] = [
  { title: 'COMPONENT', align: 'left', text: ({ name }) => name },
  {
    title: 'POINTS/MAX',
    align: 'right',
    text: ({ points, max }) => `${points.toFixed(2)}/${max}`,
    style: ({ isPart }) => (isPart ? null : 'bold'),
  },
  { title: 'VALUE', align: 'right', text: ({ value }) => value, dispensable: 2 },
  { title: 'THRESHOLD', align: 'left', text: ({ threshold }) => threshold, dispensable: 1 },
];

export function scoreLines(breakdown: readonly ScoreComponent[], look: Look): readonly string[] {
  return breakdown.length === 0 ? [] : ['', ...tableLines(COLUMNS, breakdown.flatMap(scoreRows), look)];
}

function scoreRows({ component, points, max, code, parts }: ScoreComponent): readonly ScoreRow[] {
  const whole = { name: component, points, max, value: '', threshold: '', isPart: false };
  return [whole, ...parts.map((part) => partRow(part, code))];
}

function partRow({ part, value, zero_at: zero, full_at: full, points, max }: Part, code: string): ScoreRow {
  const threshold = zero === full ? `> ${formatPrice(zero)}` : `${formatPrice(zero)} -> ${formatPrice(full)}`;
  // A series that is missing says why in its code, e.g. `OI_UNAVAILABLE:deferred`.
  const shown = value === null ? (code.split(':')[1] ?? 'none') : formatPrice(value);
  return { name: `  ${part}`, points, max, value: shown, threshold, isPart: true };
}
