/** Completion for zsh, for `eval` or as a file `_scan` in a folder of `$fpath`. */
import type { Tree, TreeCommand, TreeOption, Value } from '../tree.ts';

export function zshCompletion({ program, commands, main }: Tree): string {
  return `#compdef scan perpscan
# perpscan: completion for zsh. In ~/.zshrc, after compinit: eval "$(scan completion zsh)"
_perpscan() {
  local command=${main.name}
  local -a commands
  commands=(
${commands.map(({ name, description }) => `    ${quoted(`${name}:${description.replaceAll(':', '\\:')}`)}`).join('\n')}
  )
  if (( CURRENT > 2 )) && (( \${commands[(I)\${words[2]}:*]} )); then
    command=$words[2]
    shift words
    (( CURRENT-- ))
  elif (( CURRENT == 2 )); then
    _describe command commands
    _arguments ${program.options.map(specOf).join(' ')}
  fi
  case $command in
${commands.map(commandCase).join('\n')}
  esac
}
if [ "$funcstack[1]" = _perpscan ]; then _perpscan "$@"; else compdef _perpscan scan perpscan; fi
`;
}

function commandCase({ name, options, argument }: TreeCommand): string {
  const specs = options.map(specOf);
  if (argument !== null) specs.push(quoted(`*:${argument.kind === 'path' ? 'path' : 'value'}:${action(argument)}`));
  return `    ${name})\n      _arguments \\\n        ${specs.join(' \\\n        ')} ;;`;
}

function specOf({ long, description, value }: TreeOption): string {
  const text = description.replaceAll(/[[\]:\\]/g, (character) => `\\${character}`);
  return quoted(value === null ? `${long}[${text}]` : `${long}=[${text}]:value:${action(value)}`);
}

function action(value: Value): string {
  if (value.kind === 'path') return '_files';
  if (value.kind === 'text') return ' ';
  const words = value.values.join(' ');
  return value.list ? `_values -s , value ${words}` : `(${words})`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
