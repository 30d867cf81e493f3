/** What an answer says must fit together: points, parts, conditions, levels, triggers, reasons. */
import type { Explanation, Judged, Part, Setup, Side } from '../core/strategy.ts';
import { SIDES } from '../core/strategy.ts';

/** What candles decide of a score. */
const PRICE_POINTS = 80;

/** Each in a few words; none when all fits. */
export function misfitsOf(judged: Judged, explanation: Explanation | null): readonly string[] {
  return [...misfitsOfJudged(judged), ...(explanation === null ? [] : misfitsOfExplanation(judged, explanation))];
}

function misfitsOfJudged({ direction, side, setup, points, unmet, triggers, heldAgo }: Judged): readonly string[] {
  const found: string[] = [];
  const demand = (holds: boolean, what: string): void => {
    if (!holds) found.push(what);
  };
  const maxima = points.reduce((sum, { max }) => sum + max, 0);
  demand(Math.abs(maxima - PRICE_POINTS) < 1e-9, `the maxima of points add up to ${maxima}, not ${PRICE_POINTS}`);
  for (const one of points) {
    demand(one.points >= 0 && one.points <= one.max, `${one.component} has ${one.points} points of ${one.max}`);
  }
  for (const one of SIDES) {
    const holds = unmet[one].length === 0;
    demand(
      (heldAgo[one] === 0) === holds,
      `heldAgo.${one} is ${heldAgo[one]} with ${unmet[one].length} conditions unmet`,
    );
    demand(triggers[one] === null || direction === 'none', `triggers.${one} stands beside a direction`);
  }
  const met = SIDES.filter((one) => unmet[one].length === 0);
  const isRight = direction === 'none' ? met.length === 0 : met.includes(direction);
  demand(isRight, `the direction is ${direction}, but all conditions hold for ${met.join(' and ') || 'no side'}`);
  demand(direction === 'none' || direction === side, `the direction is ${direction}, and the points are for ${side}`);
  demand(
    (setup === null) === (direction === 'none'),
    `setup is ${setup === null ? '' : 'not '}null with direction ${direction}`,
  );
  demand(setup === null || areLevels(setup, side), `the levels of setup are out of order: ${JSON.stringify(setup)}`);
  return found;
}

function areLevels({ entry, stop_loss: stop, take_profit: target, risk_reward: reward }: Setup, side: Side): boolean {
  const sign = side === 'long' ? 1 : -1;
  const ordered = sign * (entry - stop) > 0 && sign * (target - entry) > 0 && Math.min(stop, target) > 0;
  return ordered && Math.abs((target - entry) / (entry - stop) - reward) < 1e-9;
}

function misfitsOfExplanation({ direction, side, points, unmet }: Judged, explanation: Explanation): readonly string[] {
  const found = [...wrongParts(points, explanation)];
  for (const one of SIDES) {
    const open = explanation.conditions[one].filter(({ holds }) => !holds).map(({ code }) => code);
    if (open.join() !== unmet[one].join())
      found.push(`unmet.${one} is ${unmet[one].join() || 'empty'}, conditions say ${open.join() || 'all hold'}`);
  }
  const first = explanation.reasons[0]?.code;
  const expected = direction === 'none' ? first === unmet[side][0] : first?.startsWith('ENTRY_') === true;
  const wanted = direction === 'none' ? unmet[side][0] : 'ENTRY_...';
  if (!expected) found.push(`the first reason is ${first ?? 'missing'}, not ${wanted}`);
  return found;
}

/** What a part says of itself and what it earned, where the two disagree, and components that are not the sum of their parts. */
function wrongParts(points: Judged['points'], { parts }: Explanation): readonly string[] {
  if (parts.length !== points.length) return [`${points.length} components have points, ${parts.length} are explained`];
  return points.flatMap(({ component, points: earned, max }, index) => {
    const shown = parts[index]!;
    if (shown.component !== component) return [`${component} is explained as ${shown.component}`];
    const sum = shown.parts.reduce((total, part) => total + part.points, 0);
    const most = shown.parts.reduce((total, part) => total + part.max, 0);
    const found = shown.parts.flatMap((part) =>
      isRight(part) ? [] : [`${component}: the points of a part are not its share: ${JSON.stringify(part)}`],
    );
    if (Math.abs(sum - earned) > 1e-9) found.push(`${component}: the parts add up to ${sum}, not ${earned}`);
    if (Math.abs(most - max) > 1e-9) found.push(`${component}: the parts' maxima add up to ${most}, not ${max}`);
    return found;
  });
}

function isRight({ value, zero_at: zero, full_at: full, points, max }: Part): boolean {
  if (value === null) return points === 0 || points === max / 2;
  const share = zero === full ? Number(value > zero) : Math.min(Math.max((value - zero) / (full - zero), 0), 1);
  return Math.abs(points - max * share) < 1e-9;
}
