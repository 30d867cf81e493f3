/** What every command is given: the outside world as arguments. */

export interface CommandContext {
  readonly version: string;
  /** Folder that holds the program's package.json, absolute. */
  readonly packageRoot: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
}

export const EXIT = {
  ok: 0,
  bug: 1,
  usage: 2,
  degraded: 3,
  noFeed: 4,
  configuration: 78,
} as const;

const NARROWEST = 40;
const DEFAULT_WIDTH = 120;

/** How text for `output` may look: NO_COLOR and FORCE_COLOR as on no-color.org, no colour on a dumb terminal or in a pipe. */
export function appearance(
  output: NodeJS.WriteStream,
  env: CommandContext['env'],
): { readonly colour: boolean; readonly width: number } {
  const forced = env['FORCE_COLOR'] !== undefined && env['FORCE_COLOR'] !== '0';
  const refused = (env['NO_COLOR'] ?? '') !== '' || env['FORCE_COLOR'] === '0';
  const terminal = output.isTTY && env['TERM'] !== 'dumb';
  return {
    colour: forced || (terminal && !refused),
    width: Math.max(NARROWEST, output.isTTY ? output.columns : DEFAULT_WIDTH),
  };
}

/** What the user typed to start the program, for commands to type next. */
export function commandName(env: CommandContext['env']): string {
  return env['npm_command'] === 'exec' ? 'npx scan' : 'scan';
}
