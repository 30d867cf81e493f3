/**
 * What the user asked for cannot be done as it stands: exit code 2 for the command line, 78 for environment and files.
 * The message names the thing, the reason and the remedy.
 */
export class ConfigError extends Error {
  readonly exitCode: 2 | 78;
  constructor(message: string, exitCode: 2 | 78) {
    super(message);
    this.name = 'ConfigError';
    this.exitCode = exitCode;
  }
}
