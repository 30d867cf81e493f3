/** Which faults are planted: the same ones for the same sources and seed, spread over rooms and kinds. */
import { createHash } from 'node:crypto';
import type { Mutant } from './mutants.ts';

/** Names the fault by its lines, so that changes elsewhere in a file leave the choice as it was. */
function dice(mutant: Mutant, occurrence: number, seed: number): string {
  const { file, kind, before, after } = mutant;
  return createHash('sha256').update([seed, file, kind, before, after, occurrence].join('\0')).digest('hex');
}

/** Groups in the order of their first member. */
export function groupsOf<T>(all: readonly T[], keyOf: (one: T) => string): readonly (readonly T[])[] {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const group = groups.get(keyOf(one));
    if (group === undefined) groups.set(keyOf(one), [one]);
    else group.push(one);
  }
  return [...groups.values()];
}

function shuffled(mutants: readonly Mutant[], seed: number): readonly Mutant[] {
  const seen = new Map<string, number>();
  const withDice = mutants.map((mutant) => {
    const name = `${mutant.file}\0${mutant.before}\0${mutant.after}`;
    const occurrence = seen.get(name) ?? 0;
    seen.set(name, occurrence + 1);
    return { mutant, dice: dice(mutant, occurrence, seed) };
  });
  return withDice.toSorted((one, other) => (one.dice < other.dice ? -1 : 1)).map(({ mutant }) => mutant);
}

/** The first fault of every place before the second one of any. */
function placesFirst(mutants: readonly Mutant[]): readonly Mutant[] {
  const places = groupsOf(mutants, ({ file, start, end }) => `${file}:${start}:${end}`);
  const most = Math.max(0, ...places.map((place) => place.length));
  return Array.from({ length: most }, (_, turn) => places.flatMap((place) => place.slice(turn, turn + 1))).flat();
}

/**
 * At most `size` of `mutants`. Each group of one room and kind gives one in turn until it has no more, so that a rare kind in a
 * small room is not drowned by the constants of a large one.
 */
export function sample(mutants: readonly Mutant[], size: number, seed: number): readonly Mutant[] {
  const groups = groupsOf(mutants, ({ file, kind }) => `${file.split('/').slice(0, 2).join('/')} ${kind}`);
  const orders = groups.map((group) => placesFirst(shuffled(group, seed)));
  const most = Math.max(0, ...orders.map((order) => order.length));
  const turns = Array.from({ length: most }, (_, turn) => orders.flatMap((order) => order.slice(turn, turn + 1)));
  return turns.flat().slice(0, size);
}
