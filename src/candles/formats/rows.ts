import type { Source } from './format.ts';

/** The rows of a JSON document: the top-level array, or the one that an object holds as `data`, in any case. Null when there is none. */
export function jsonRows(source: Source): readonly unknown[] | null {
  const json = source.json();
  if (!json.ok) return null;
  const rows = isRecord(json.value) ? wrapped(json.value) : json.value;
  return isArray(rows) ? rows : null;
}

function wrapped(document: Readonly<Record<string, unknown>>): unknown {
  return document['data'] ?? Object.entries(document).find(([key]) => key.toLowerCase() === 'data')?.[1];
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** As `Array.isArray`, which would make the elements `any`. */
export function isArray(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}
