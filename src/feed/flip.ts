/** What a gate demands and what would change its answer, for people. */
import type { Signal } from '../core/signal.ts';
import type { GateCondition, Side } from '../core/strategy.ts';
import { formatPrice } from '../platform/text.ts';
import { layTable, leftOutLines, paint, paragraph, type Column, type Look } from './layout.ts';

interface Row {
  readonly side: Side;
  readonly condition: GateCondition;
  /** All of the side's demands hold: any of them can take the direction away. */
  readonly open: boolean;
}

const COLUMNS: readonly Column<Row>[] = [
  { title: 'GATE', align: 'left', text: ({ side }) => side },
  { title: 'DEMAND', align: 'left', text: ({ condition }) => demandText(condition), dispensable: 1 },
  { title: 'VALUE', align: 'right', text: ({ condition }) => formatPrice(condition.value), dispensable: 2 },
  {
    title: 'WHAT WOULD FLIP IT',
    align: 'left',
    text: flipText,
    style: ({ condition, open }) => (open ? 'green' : condition.holds ? 'dim' : 'yellow'),
    wraps: 24,
  },
];

const HOLDING = { '>': 'above', '>=': 'at or above', '<': 'below', '<=': 'at or below' } as const;
const FAILING = { '>': 'at or below', '>=': 'below', '<': 'at or above', '<=': 'above' } as const;

/** Both sides' demands, those of the direction first; what a feed without them can say otherwise. */
export function flipLines({ gate, direction, status }: Signal, look: Look): readonly string[] {
  if (status !== 'ok') return [];
  if (gate === null) {
    return ['', ...paragraph('Written before feeds held values and thresholds: scan again to see them.', look)];
  }
  const sides: readonly Side[] = direction === 'short' ? ['short', 'long'] : ['long', 'short'];
  const counts = sides.map((side) => {
    const held = gate[side].filter(({ holds }) => holds).length;
    return `${held} of ${gate[side].length} demands hold for ${side}`;
  });
  const rows = sides.flatMap((side) => {
    const open = gate[side].every(({ holds }) => holds);
    return gate[side].map((condition) => ({ side, condition, open }));
  });
  const table = layTable(COLUMNS, rows, look);
  const heading = paragraph(`What would flip it: ${counts.join(', ')}`, look).map((line) => paint(line, 'bold', look));
  return ['', ...heading, ...table.lines, ...leftOutLines([table], look)];
}

function demandText({ measure, needs, threshold }: GateCondition): string {
  return `${measure} ${needs} ${threshold === null ? '?' : formatPrice(threshold)}`;
}

function flipText({ condition, open }: Row): string {
  if (open) return `gone with ${changeText(condition, FAILING)}`;
  return condition.holds ? 'holds' : `missing: ${changeText(condition, HOLDING)}`;
}

function changeText(
  { measure, value, needs, threshold }: GateCondition,
  words: typeof HOLDING | typeof FAILING,
): string {
  const what = measure === 'close' ? 'a close' : measure;
  if (threshold === null) return `${what} ${words[needs]} a level that is not known before the others hold`;
  const change = 100 * (threshold / value - 1);
  const far = measure === 'close' && value > 0 ? ` (${change < 0 ? '' : '+'}${change.toFixed(2)}%)` : '';
  return `${what} ${words[needs]} ${formatPrice(threshold)}${far}`;
}
