/** The path to the first number in plain data that has no finite value, e.g. `observability.atr14`; null when there is none. */
export function nameOfNotFinite(value: unknown, path = ''): string | null {
  if (typeof value === 'number') return Number.isFinite(value) ? null : path;
  if (typeof value !== 'object' || value === null) return null;
  for (const [key, member] of Object.entries(value)) {
    const found = nameOfNotFinite(member, path === '' ? key : `${path}.${key}`);
    if (found !== null) return found;
  }
  return null;
}
