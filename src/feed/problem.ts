/** What is wrong with a feed, and where. */

export interface Problem {
  /** As jq writes it, e.g. `.signals[12].setup.entry`; `.` is the file as a whole. */
  readonly path: string;
  readonly message: string;
}

/** `.signals[12].setup.entry`; a name that jq cannot read bare stands in `["..."]`. */
export function jqPath(keys: readonly PropertyKey[]): string {
  if (keys.length === 0) return '.';
  const text = keys.map((key) => (typeof key === 'number' ? `[${key}]` : nameOf(String(key)))).join('');
  return text.startsWith('.') ? text : `.${text}`;
}

function nameOf(key: string): string {
  return /^[A-Za-z_]\w*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}
