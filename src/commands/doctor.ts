import type { Command } from 'commander';
import { ConfigError } from '../core/config-error.ts';
import { EXIT, type CommandContext } from './context.ts';
import { examples } from './examples.ts';
import type { FolderFlags } from './doctor-folder.ts';
import { expectPaths } from './missing-path.ts';
import { addNames } from './name-lists.ts';

const EXAMPLES = [
  ['scan doctor', 'this machine: settings, key, clock, cache, ledger, disk'],
  ['scan doctor --offline', 'without the one call that tries the key (1 call)'],
  ['scan doctor candles/', 'what the candle files hold, and what is wrong with them'],
  [`scan doctor candles/ --json | jq '.problems'`, 'everything, per file and per market'],
] as const;

/** Without a folder they would mean nothing. */
const FOLDER_FLAGS = [
  ['format', '--format'],
  ['exchange', '--exchange'],
  ['asOf', '--as-of'],
] as const;

const NOTES = `
Exit codes:
  0   nothing stops a scan; problems are printed all the same. Also offline
  2   wrong usage
  4   none of the candle files can be read
  78  without a folder: a check failed (setting, refused key, no place to write)`;

export function addDoctorCommand(program: Command, context: CommandContext, setExitCode: (code: number) => void): void {
  program
    .command('doctor')
    .description('say what a folder of candles holds, or without one whether a scan can work here')
    .argument('[paths...]', 'folders, searched recursively, or single candle files')
    .option('--json', 'print JSON')
    .option('--format <id>', 'files are of this format, as for a scan')
    .option('--exchange <names>', 'only these exchanges; one alone is also that of files that name none', addNames)
    .option('--as-of <time>', 'ISO time or ms UTC that replaces the clock for ages')
    .option('--offline', 'without a folder: do not try the key')
    .addHelpText('before', examples(EXAMPLES))
    .addHelpText('after', NOTES)
    .action(async (paths: string[], flags: FolderFlags & { readonly offline?: true }) => {
      if (paths.length > 0) {
        expectPaths(paths, context.cwd, []);
        const { doctorFolder } = await import('./doctor-folder.ts');
        return setExitCode(await doctorFolder(paths, flags, context));
      }
      const alone = FOLDER_FLAGS.find(([name]) => flags[name] !== undefined);
      if (alone !== undefined) {
        throw new ConfigError(
          `${alone[1]} belongs to a folder of candles: scan doctor candles/ ${alone[1]} ...`,
          EXIT.usage,
        );
      }
      const { doctorMachine } = await import('./doctor-machine.ts');
      setExitCode(await doctorMachine(flags, context));
    });
}
