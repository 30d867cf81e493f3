/** Completion for fish. */
import type { Tree, TreeCommand, TreeOption, Value } from '../tree.ts';

export function fishCompletion({ program, commands, main }: Tree): string {
  const names = commands.map(({ name }) => name).join(' ');
  return `# perpscan: completion for fish. In ~/.config/fish/config.fish: scan completion fish | source
function __perpscan_is
    set -l words (commandline -opc)
    if set -q words[2]; and contains -- $words[2] ${names}
        test $words[2] = $argv[1]
    else
        test ${main.name} = $argv[1]
    end
end
function __perpscan_first
    test (count (commandline -opc)) -eq 1
end
complete -c scan -f
${commands.map(({ name, description }) => `complete -c scan -n __perpscan_first -a ${name} -d ${quoted(description)}`).join('\n')}
${program.options.map((option) => optionLine('__perpscan_first', option)).join('\n')}
${commands.flatMap(commandLines).join('\n')}
complete -c perpscan -w scan
`;
}

function commandLines({ name, options, argument }: TreeCommand): readonly string[] {
  const condition = quoted(`__perpscan_is ${name}`);
  const lines = options.map((option) => optionLine(condition, option));
  return argument === null ? lines : [...lines, `complete -c scan -n ${condition}${action(argument)}`];
}

function optionLine(condition: string, { long, description, value }: TreeOption): string {
  const values = value === null ? '' : ` ${value.kind === 'path' ? '-r' : '-x'}${action(value)}`;
  return `complete -c scan -n ${condition} -l ${long.replace(/^--/, '')}${values} -d ${quoted(description)}`;
}

function action(value: Value): string {
  if (value.kind === 'path') return ' -F';
  if (value.kind === 'text') return '';
  const words = value.values.join(' ');
  if (!value.list) return ` -a ${quoted(words)}`;
  return ` -a ${quoted(String.raw`(__fish_complete_list , 'printf "%s\n" ${words}')`)}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll(/[\\']/g, (character) => `\\${character}`)}'`;
}
