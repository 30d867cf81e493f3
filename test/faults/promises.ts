export interface Promised {
  /** Stable: tests note their figures for it. */
  readonly id: string;
  readonly words: string;
}

/** What is proven by injected faults, as the room's README lists it. Each must leave a figure: what was not measured is not kept. */
export const PROMISES: readonly Promised[] = [
  { id: 'A1', words: 'a reader always sees a whole feed of one run' },
  { id: 'A2', words: 'kill -9 at any moment leaves the old feed or the new one, keeps the cache, leaves no litter' },
  { id: 'A3', words: 'after a kill nothing that was received is asked for again' },
  { id: 'A4', words: 'a full disk leaves the old feed and says so' },
  { id: 'A5', words: 'whichever call of the file system fails, the feed is the old one or the new one' },
  { id: 'A6', words: 'the feed is strict JSON, also when a strategy answers what is not finite' },
  { id: 'A7', words: 'a broken file changes no signal of another market' },
  { id: 'A8', words: 'the same inputs give the same bytes' },
  { id: 'A9', words: 'a run ends at its deadline' },
  { id: 'A10', words: 'nothing old is shown as fresh' },
  { id: 'A11', words: 'two runs never overlap' },
  { id: 'A12', words: 'SIGINT and SIGTERM end a run in order' },
  { id: 'A13', words: 'markets that vanish are noticed' },
  { id: 'A14', words: 'never over the quota, in any window, across processes, restarts and clocks that are set' },
  { id: 'A15', words: 'silence during a Retry-After, in every process' },
  { id: 'A16', words: 'an outage costs at most a tenth more requests' },
  { id: 'A17', words: 'what many want is asked for once' },
  { id: 'A18', words: 'a bad answer never replaces a good one in the cache' },
  { id: 'A19', words: 'a damaged cache is moved aside and costs one refetch, never a crash or a wrong value' },
  { id: 'A20', words: 'without the API there is still a whole feed' },
  { id: 'B', words: 'the API client does the right thing under every fault' },
  { id: 'C', words: 'no bytes of a candle file make the reader throw, hang or give nonsense' },
  { id: 'F2', words: 'the key is shown nowhere' },
  { id: 'F12', words: 'hostile names come out escaped and touch nothing else' },
  { id: 'F19', words: 'a strategy that throws or answers what is not finite costs its own signals alone' },
];
