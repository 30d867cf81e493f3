/** Whether something is a feed of this schema, field by field. */
import type { z } from 'zod';
import { SCHEMA_VERSION } from '../core/feed.ts';
import type { Signal } from '../core/signal.ts';
import { contradictionsIn } from './contradictions.ts';
import { jqPath, type Problem } from './problem.ts';
import { feedSchema } from './schema.ts';
import { explainedSignalSchema, leanSignalSchema } from './signal-schema.ts';

/** Fields that the schema does not know are fine in feeds of a newer minor version. */
export type Added = 'tolerate-added' | 'refuse-added';

/** Signals are checked one by one: a union of the two kinds could not say which field is wrong. */
export function* shapeProblems(data: object, added: Added): Generator<Problem> {
  const { signals } = data as { readonly signals?: unknown };
  const head = feedSchema.safeParse({
    ...data,
    schema_version: SCHEMA_VERSION,
    ...(Array.isArray(signals) && { signals: [] }),
  });
  yield* problemsOf(head, [], added);
  if (!Array.isArray(signals)) return;
  for (const [index, signal] of (signals as readonly unknown[]).entries()) {
    const isLean = typeof signal !== 'object' || signal === null || !('score_breakdown' in signal);
    const checked = (isLean ? leanSignalSchema : explainedSignalSchema).safeParse(signal);
    const problems = [...problemsOf(checked, ['signals', index], added)];
    yield* problems;
    if (problems.length > 0) continue;
    for (const [field, message] of contradictionsIn(signal as Signal)) {
      yield { path: `${jqPath(['signals', index])}.${field}`, message };
    }
  }
}

function* problemsOf(
  checked: { readonly success: boolean; readonly error?: z.ZodError | undefined },
  at: readonly PropertyKey[],
  added: Added,
): Generator<Problem> {
  for (const issue of checked.error?.issues ?? []) {
    if (issue.code === 'unrecognized_keys') {
      if (added === 'tolerate-added') continue;
      for (const key of issue.keys)
        yield { path: jqPath([...at, ...issue.path, key]), message: 'is no field of the schema' };
    } else yield { path: jqPath([...at, ...issue.path]), message: issue.message };
  }
}
