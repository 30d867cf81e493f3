/** What plain data from outside must look like, and one sentence where it does not. */

/** Null where the value is right. `path` names it, e.g. `points[0].max`. */
export type Shape = (value: unknown, path: string) => string | null;

export const number: Shape = (value, path) =>
  typeof value === 'number' && Number.isFinite(value) ? null : wrong(value, path, 'a finite number');
export const text: Shape = (value, path) =>
  typeof value === 'string' && value !== '' ? null : wrong(value, path, 'a text');
export const truth: Shape = (value, path) => (typeof value === 'boolean' ? null : wrong(value, path, 'true or false'));

export function whole(from: number, to: number): Shape {
  return (value, path) =>
    Number.isInteger(value) && (value as number) >= from && (value as number) <= to
      ? null
      : wrong(value, path, `a whole number from ${from} to ${to}`);
}

export function oneOf(...choices: readonly (string | number | null)[]): Shape {
  return (value, path) => (choices.some((one) => one === value) ? null : wrong(value, path, choices.join(', ')));
}

export function orNull(shape: Shape): Shape {
  return (value, path) => (value === null ? null : shape(value, path));
}

export function listOf(shape: Shape): Shape {
  return (value, path) => {
    if (!Array.isArray(value)) return wrong(value, path, 'a list');
    return first(value.map((one, index) => () => shape(one, `${path}[${index}]`)));
  };
}

/** An object with at least these fields. */
export function object(fields: Readonly<Record<string, Shape>>): Shape {
  return (value, path) => {
    if (!isObject(value)) return wrong(value, path, 'an object');
    return first(
      Object.entries(fields).map(
        ([name, shape]) =>
          () =>
            shape(value[name], under(path, name)),
      ),
    );
  };
}

/** An object of any fields of one kind. */
export function recordOf(shape: Shape): Shape {
  return (value, path) => {
    if (!isObject(value)) return wrong(value, path, 'an object');
    return first(
      Object.entries(value).map(
        ([name, one]) =>
          () =>
            shape(one, under(path, name)),
      ),
    );
  };
}

/** What JSON can hold. */
export const json: Shape = (value, path) => {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return null;
  if (typeof value === 'number') return number(value, path);
  return Array.isArray(value) ? listOf(json)(value, path) : recordOf(json)(value, path);
};

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function first(checks: readonly (() => string | null)[]): string | null {
  for (const check of checks) {
    const found = check();
    if (found !== null) return found;
  }
  return null;
}

function under(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

function wrong(value: unknown, path: string, expected: string): string {
  if (value === undefined) return `${path} is missing; it must be ${expected}`;
  const shown = typeof value === 'number' || value === null ? String(value) : (JSON.stringify(value) ?? typeof value);
  return `${path} is ${shown.length > 40 ? `${shown.slice(0, 40)}...` : shown}; it must be ${expected}`;
}
