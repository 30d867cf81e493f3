/** What every command is given: the outside world as arguments. */

/** A stream to print on; only a terminal knows its columns. */
export interface Output extends NodeJS.WritableStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export interface CommandContext {
  readonly version: string;
  /** Folder that holds the program's package.json, absolute. */
  readonly packageRoot: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: Output;
  readonly stderr: Output;
}

export const EXIT = {
  ok: 0,
  bug: 1,
  usage: 2,
  degraded: 3,
  noFeed: 4,
  locked: 75,
  configuration: 78,
} as const;

/** What each exit code means, for help and manual. */
export const EXIT_CODES: readonly (readonly [codes: string, meaning: string])[] = [
  ['0', 'feed written and complete'],
  ['1', 'a bug in the program'],
  ['2', 'wrong usage'],
  ['3', 'feed written, but degraded (--allow-degraded makes it 0)'],
  ['4', 'no feed written; an older feed stays as it was'],
  ['75', 'another scan holds the run lock (--wait-lock waits for it)'],
  ['78', 'configuration or runtime'],
  ['129, 130, 143', 'hung up (not under nohup), interrupted, terminated'],
];

const NARROWEST = 40;
const DEFAULT_WIDTH = 120;

/** How text for `output` may look: NO_COLOR and FORCE_COLOR as on no-color.org, no colour on a dumb terminal or in a pipe. */
export function appearance(
  output: Output,
  env: CommandContext['env'],
): { readonly colour: boolean; readonly width: number } {
  const forced = env['FORCE_COLOR'] !== undefined && env['FORCE_COLOR'] !== '0';
  const refused = (env['NO_COLOR'] ?? '') !== '' || env['FORCE_COLOR'] === '0';
  const terminal = output.isTTY === true && env['TERM'] !== 'dumb';
  return {
    colour: forced || (terminal && !refused),
    width: Math.max(NARROWEST, (output.isTTY === true ? output.columns : undefined) || DEFAULT_WIDTH),
  };
}

/** What the user typed to start the program, for commands to type next. */
export function commandName(env: CommandContext['env']): string {
  return env['npm_command'] === 'exec' ? 'npx scan' : 'scan';
}
