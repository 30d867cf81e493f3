/** Whether a strategy's answer is made as an answer is: types alone protect nobody from a strategy that is not compiled with us. */
import { SERIES_KINDS } from '../core/series.ts';

type Shape =
  | 'text'
  | 'number'
  | 'flag'
  | 'time'
  | 'plain'
  | { readonly oneOf: readonly unknown[] }
  | { readonly orNull: Shape }
  | { readonly list: Shape }
  | { readonly fields: Readonly<Record<string, Shape>> };

const REASON: Shape = { fields: { code: 'text', text: 'text' } };

const PART: Shape = {
  fields: {
    part: 'text',
    value: { orNull: 'number' },
    zero_at: 'number',
    full_at: 'number',
    points: 'number',
    max: 'number',
  },
};

const COMPONENT: Shape = {
  fields: {
    component: 'text',
    parts: { list: PART },
    points: 'number',
    max: 'number',
    low: 'number',
    high: 'number',
    code: 'text',
    text: 'text',
  },
};

const CONDITION: Shape = {
  fields: {
    code: 'text',
    measure: 'text',
    value: 'number',
    needs: { oneOf: ['>', '>=', '<', '<='] },
    threshold: { orNull: 'number' },
    holds: 'flag',
  },
};

const SETUP: Shape = {
  fields: { entry: 'number', stop_loss: 'number', take_profit: 'number', risk_reward: 'number', max_bars: 'number' },
};

const READING: Shape = {
  fields: {
    status: { oneOf: ['used', 'neutral'] },
    reason: { orNull: 'text' },
    value: { orNull: 'number' },
    value_usd: { orNull: 'number' },
    change_pct: { orNull: 'number' },
    percentile: { orNull: 'number' },
    as_of: { orNull: 'time' },
    stale: 'flag',
  },
};

const SCORED: Shape = {
  fields: {
    kind: { oneOf: ['scored'] },
    direction: { oneOf: ['long', 'short', 'none'] },
    side: { oneOf: ['long', 'short'] },
    components: { list: COMPONENT },
    gate: { fields: { long: { list: CONDITION }, short: { list: CONDITION } } },
    setup: { orNull: SETUP },
    reasons: { list: REASON },
    external: {
      fields: {
        score: 'number',
        openInterestScore: 'number',
        components: { fields: Object.fromEntries(SERIES_KINDS.map((kind) => [kind, READING])) },
      },
    },
    observability: 'plain',
  },
};

const FAILED: Shape = { fields: { kind: { oneOf: ['failed'] }, code: 'text', text: 'text' } };

/** As far as a Date reaches. */
const LAST_TIME = 8.64e15;

/** Far beyond what any answer needs; the feed holds thousands of them. */
const MOST_ITEMS = 1_000;
export const LONGEST_TEXT = 10_000;
const SHOWN_TEXT = 100;

/**
 * The first place where `answer` is no `Evaluation`, as half a sentence; null when it is one. Members beyond those are no matter, and whether
 * the numbers can be believed is soundness.ts's question.
 */
export function misshapenIn(answer: unknown): string | null {
  if (answer instanceof Promise) {
    // Nobody waits for it: its failure must not end the run.
    answer.catch(() => undefined);
    return 'the answer is a promise, not an answer';
  }
  const failed = isRecord(answer) && answer['kind'] === 'failed';
  if (failed ? fitsFailed(answer) : fitsScored(answer)) return null;
  return misfit('answer', answer, failed ? FAILED : SCORED);
}

type Check = (value: unknown) => boolean;

/** The same as `misfit` without words: answers are right almost always, and naming every place on the way costs more than looking. */
function checkOf(shape: Shape): Check {
  if (typeof shape === 'string') return IS_SIMPLE[shape];
  if ('oneOf' in shape) {
    const { oneOf } = shape;
    return (value) => oneOf.includes(value);
  }
  if ('orNull' in shape) {
    const check = checkOf(shape.orNull);
    return (value) => value === null || check(value);
  }
  if ('list' in shape) return listCheck(checkOf(shape.list));
  const names = Object.keys(shape.fields);
  const checks = Object.values(shape.fields).map(checkOf);
  return (value) => {
    if (!isRecord(value)) return false;
    for (let index = 0; index < names.length; index += 1) if (!checks[index]!(value[names[index]!])) return false;
    return true;
  };
}

function listCheck(check: Check): Check {
  return (value) => {
    if (!Array.isArray(value) || value.length > MOST_ITEMS) return false;
    for (let index = 0; index < value.length; index += 1) if (!check(value[index])) return false;
    return true;
  };
}

function misfit(path: string, value: unknown, shape: Shape): string | null {
  if (typeof shape === 'string') return IS_SIMPLE[shape](value) ? null : `${path} is no ${shape}: ${nameOf(value)}`;
  if ('oneOf' in shape) return shape.oneOf.includes(value) ? null : `${path} is ${nameOf(value)}`;
  if ('orNull' in shape) return value === null ? null : misfit(path, value, shape.orNull);
  if ('list' in shape) {
    return misfitInList(path, value, shape.list);
  }
  if (!isRecord(value)) return `${path} is no object`;
  for (const [name, field] of Object.entries(shape.fields)) {
    const found = misfit(`${path}.${name}`, value[name], field);
    if (found !== null) return found;
  }
  return null;
}

function misfitInList(path: string, value: unknown, shape: Shape): string | null {
  if (!Array.isArray(value)) return `${path} is no list`;
  if (value.length > MOST_ITEMS) return `${path} has ${value.length} entries`;
  for (let index = 0; index < value.length; index += 1) {
    const found = misfit(`${path}[${index}]`, value[index], shape);
    if (found !== null) return found;
  }
  return null;
}

const IS_SIMPLE: Readonly<Record<Extract<Shape, string>, (value: unknown) => boolean>> = {
  text: (value) => typeof value === 'string' && value.length <= LONGEST_TEXT,
  number: (value) => typeof value === 'number',
  flag: (value) => typeof value === 'boolean',
  time: (value) => Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) <= LAST_TIME,
  plain: isRecord,
};

const fitsScored = checkOf(SCORED);
const fitsFailed = checkOf(FAILED);

/** Neither a list nor a thing of its own kind, such as a Date. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function nameOf(value: unknown): string {
  if (typeof value === 'string') return value.length > SHOWN_TEXT ? `a text of ${value.length} characters` : value;
  return typeof value === 'number' ? String(value) : typeof value;
}
