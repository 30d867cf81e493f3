/** The score of a strategy as a table: components of parts. Points and explanations both come from it. */
import type { ExplainedComponent, Part, PricePoints, Side } from '../core/strategy.ts';
import { clamp } from './sides.ts';

/** What `Part` says of one that is measured, before it is. */
interface PartRule<F> {
  readonly part: string;
  /** As the side sees it; NaN when it cannot be measured. */
  readonly value: (facts: F) => number;
  readonly zeroAt: number;
  readonly fullAt: number;
  readonly max: number;
  /** Points without a value: half where history is too short or volume is missing, none where there is nothing to measure. Absent: it can always be measured. */
  readonly missing?: 'half' | 'none';
  /** A short is shown as this less what it sees: 100 for an index of 0 to 100. Absent: it is shown what it sees. */
  readonly shortFrom?: number;
}

export interface ComponentRule<F> {
  readonly component: string;
  readonly max: number;
  readonly parts: readonly PartRule<F>[];
  readonly code: (facts: F) => string;
  readonly text: (facts: F) => string;
}

interface Sided {
  readonly side: Side;
}

function pointsOfPart<F>({ zeroAt, fullAt, max, missing }: PartRule<F>, value: number): number {
  if (missing !== undefined && Number.isNaN(value)) return missing === 'half' ? max / 2 : 0;
  if (zeroAt === fullAt) return value > zeroAt ? max : 0;
  return max * clamp((value - zeroAt) / (fullAt - zeroAt), 0, 1);
}

export function pointsOf<F>(components: readonly ComponentRule<F>[], facts: F): readonly PricePoints[] {
  return components.map(({ component, parts, max }) => {
    let points = 0;
    for (const rule of parts) points += pointsOfPart(rule, rule.value(facts));
    return { component, points, max };
  });
}

export function explainParts<F extends Sided>(
  components: readonly ComponentRule<F>[],
  facts: F,
): readonly ExplainedComponent[] {
  return components.map(({ component, parts, code, text }) => ({
    component,
    code: code(facts),
    text: text(facts),
    parts: parts.map((rule) => partOf(rule, facts)),
  }));
}

function partOf<F extends Sided>(rule: PartRule<F>, facts: F): Part {
  const value = rule.value(facts);
  const { part, zeroAt, fullAt, max, shortFrom } = rule;
  const shown = (seen: number): number => (shortFrom === undefined || facts.side === 'long' ? seen : shortFrom - seen);
  return {
    part,
    value: Number.isNaN(value) ? null : shown(value),
    zero_at: shown(zeroAt),
    full_at: shown(fullAt),
    points: pointsOfPart(rule, value),
    max,
  };
}
