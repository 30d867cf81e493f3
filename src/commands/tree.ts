/** The command tree as plain data, read off commander: what completion and manual are made from. */
import type { Argument, Command, Option } from 'commander';
import { choicesOf, type ValueChoices } from './choices.ts';

/** What may stand in the place of an argument or behind an option. */
export type Value =
  | ({ readonly kind: 'choices' } & ValueChoices)
  /** A file or folder of the machine. */
  | { readonly kind: 'path' }
  | { readonly kind: 'text' };

export interface TreeOption {
  /** With its dashes. */
  readonly long: string;
  readonly short: string | null;
  /** As help shows it, with choices and default. */
  readonly description: string;
  /** As help shows it, e.g. `--limit <n>`. */
  readonly term: string;
  /** Null for a switch. */
  readonly value: Value | null;
}

export interface TreeCommand {
  readonly name: string;
  readonly description: string;
  /** What follows the name, e.g. `[options] [paths...]`. */
  readonly usage: string;
  readonly options: readonly TreeOption[];
  /** Of its arguments, which are all of one kind; null without arguments. */
  readonly argument: Value | null;
  /** The examples of its help, as printed in a pipe, without the heading. */
  readonly examples: string;
}

export interface Tree {
  readonly program: TreeCommand;
  /** Without the hidden ones. */
  readonly commands: readonly TreeCommand[];
  /** The command that runs when none is named. */
  readonly main: TreeCommand;
}

/** Two columns of examples fit. */
const MANUAL_WIDTH = 100;

export function readTree(program: Command): Tree {
  const help = program.createHelp();
  const commands = help
    .visibleCommands(program)
    .filter((command) => command.name() !== 'help')
    .map(readCommand);
  const main = commands.find(({ name }) => name === 'run');
  if (main === undefined) throw new Error('the program has no command run');
  return { program: readCommand(program), commands, main };
}

function readCommand(command: Command): TreeCommand {
  const help = command.createHelp();
  const [argument] = command.registeredArguments;
  return {
    name: command.name(),
    description: command.description(),
    usage: command.usage(),
    options: help.visibleOptions(command).map((option) => readOption(option, help.optionDescription(option))),
    argument: argument === undefined ? null : valueOfArgument(argument),
    examples: examplesOf(command),
  };
}

function readOption(option: Option, description: string): TreeOption {
  return {
    long: option.long ?? option.flags,
    short: option.short ?? null,
    description,
    term: option.flags,
    value: option.required || option.optional ? valueOfOption(option) : null,
  };
}

function valueOfOption(option: Option): Value {
  const choices = choicesOf(option);
  if (choices !== null) return { kind: 'choices', ...choices };
  return /<(file|folder|dir|path)>/.test(option.flags) ? { kind: 'path' } : { kind: 'text' };
}

function valueOfArgument({ argChoices }: Argument): Value {
  return argChoices === undefined ? { kind: 'path' } : { kind: 'choices', values: argChoices, list: false };
}

/** Help texts are functions of commander; printing the help is the one way to hear them. */
function examplesOf(command: Command): string {
  let help = '';
  const before = command.configureOutput();
  const wanted = {
    ...before,
    writeOut: (text: string) => (help += text),
    getOutHasColors: () => false,
    getOutHelpWidth: () => MANUAL_WIDTH,
  };
  command.configureOutput(wanted).outputHelp();
  command.configureOutput(before);
  const text = /^Examples:\n([\s\S]*?)\n+Usage:/.exec(help)?.[1] ?? '';
  return text.replaceAll(/^ {2}/gm, '').trimEnd();
}
