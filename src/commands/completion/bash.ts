/** Completion for bash 3.2 and newer. */
import type { Tree, TreeCommand, Value } from '../tree.ts';

export function bashCompletion({ program, commands, main }: Tree): string {
  const names = commands.map(({ name }) => name).join(' ');
  return `# perpscan: completion for bash. In ~/.bashrc: eval "$(scan completion bash)"
_perpscan_among() {
  local word
  for word in $1; do
    case $word in "$2"*) COMPREPLY+=("$3$word") ;; esac
  done
}
_perpscan_paths() {
  local path
  compopt -o filenames 2>/dev/null
  while IFS= read -r path; do COMPREPLY+=("$path"); done < <(compgen -f -- "$1")
}
_perpscan() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} command=${main.name} name
  COMPREPLY=()
  # bash splits --option=value at the sign.
  if [ "$cur" = = ]; then cur=; elif [ "$prev" = = ]; then prev=\${COMP_WORDS[COMP_CWORD-2]}; fi
  if [ "$COMP_CWORD" -gt 1 ]; then
    for name in ${names}; do [ "\${COMP_WORDS[1]}" = "$name" ] && command=$name; done
  fi
  case "$command $prev" in
${commands.flatMap(optionCases).join('\n')}
  esac
  case $cur in
    -*)
      case $command in
${commands.map((command) => `        ${command.name}) _perpscan_among '${flagsOf(command)}' "$cur" ;;`).join('\n')}
      esac
      [ "$COMP_CWORD" -gt 1 ] || _perpscan_among '${program.options.map(({ long }) => long).join(' ')}' "$cur"
      return ;;
  esac
  [ "$COMP_CWORD" -gt 1 ] || _perpscan_among '${names}' "$cur"
  case $command in
${commands.flatMap(argumentCase).join('\n')}
  esac
}
complete -F _perpscan scan perpscan
`;
}

function flagsOf({ options }: TreeCommand): string {
  return [...options.map(({ long }) => long), '--help'].filter((flag, at, all) => all.indexOf(flag) === at).join(' ');
}

function optionCases({ name, options }: TreeCommand): readonly string[] {
  return options.flatMap(({ long, value }) =>
    value === null ? [] : [`    '${name} ${long}') ${action(value)}return ;;`],
  );
}

function argumentCase({ name, argument }: TreeCommand): readonly string[] {
  return argument === null ? [] : [`    ${name}) ${action(argument)};;`];
}

function action(value: Value): string {
  if (value.kind === 'path') return '_perpscan_paths "$cur"; ';
  if (value.kind === 'text') return '';
  const words = value.values.join(' ');
  if (!value.list) return `_perpscan_among '${words}' "$cur"; `;
  return `case $cur in *,*) _perpscan_among '${words}' "\${cur##*,}" "\${cur%,*}," ;; *) _perpscan_among '${words}' "$cur" ;; esac; `;
}
