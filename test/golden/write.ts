/** Writes what the scanner says now into the golden file: node test/golden/write.ts (after npm run build). */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import pMap from 'p-map';
import type { Answer } from './answer.ts';
import { answerOf, keyOf } from './answer.ts';
import { RUNS, detailFlags, signalsOf } from './runs.ts';

const FILE = path.join(import.meta.dirname, 'answers.json.gz');

/** By run, then by exchange, symbol and strategy. */
export type Answers = Readonly<Record<string, Readonly<Record<string, Answer>>>>;

export function goldenAnswers(): Answers {
  return JSON.parse(gunzipSync(readFileSync(FILE)).toString('utf8')) as Answers;
}

export async function answersNow(): Promise<Answers> {
  const detail = await detailFlags();
  const runs = await pMap(
    RUNS,
    async (run) => {
      const answers = (await signalsOf(run, detail)).map((signal) => [keyOf(signal), answerOf(signal)] as const);
      return [run.name, Object.fromEntries(answers.toSorted(([a], [b]) => (a < b ? -1 : 1)))] as const;
    },
    { concurrency: 2 },
  );
  return Object.fromEntries(runs);
}

if (import.meta.main) writeFileSync(FILE, gzipSync(JSON.stringify(await answersNow()), { level: 9 }));
