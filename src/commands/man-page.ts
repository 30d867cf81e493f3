/** The manual page, in the man macros that groff and mandoc share. */
import { SETTINGS } from '../settings.ts';
import { EXIT_CODES } from './context.ts';
import type { Tree, TreeCommand, TreeOption } from './tree.ts';

const FILES: readonly (readonly [string, string])[] = [
  ['data/master_feed.json', 'the feed; written whole or not at all'],
  ['scan.config.json', 'settings; the nearest folder upward that holds it is where relative default paths start'],
  ['.env', 'settings and the key, beside scan.config.json, else in the clone or the current folder; mode 600'],
  ['~/.config/perpscan/', 'a .env and a scan.config.json that are always read, after those'],
  ['cache/', 'disposable: deleting it costs time and quota only'],
  ['~/.local/state/perpscan/', 'the quota ledger, shared by all runs of one user'],
];

/** The text of `scan.1`. It holds no date: the same version gives the same bytes. */
export function manPage({ program, commands, main }: Tree, version: string): string {
  const others = commands.filter((command) => command !== main);
  return [
    `.TH SCAN 1 "" "perpscan ${version}" "perpscan"`,
    '.SH NAME',
    String.raw`scan, perpscan \- ${text('scores crypto perpetual futures from candle files into one feed')}`,
    '.SH SYNOPSIS',
    '.nf',
    String.raw`\fBscan\fR \fIfolder or file\fR... [\fIoptions\fR]`,
    ...others.map(({ name, usage }) => String.raw`\fBscan ${text(name)}\fR ${text(usage)}`),
    '.fi',
    '.SH DESCRIPTION',
    line(program.description),
    line('Missing data is neutral, every number says where it came from, and the quota of the key is never exceeded.'),
    line('Talk goes to stderr, data to stdout.'),
    '.SH OPTIONS',
    ...main.options.flatMap(option),
    '.SH COMMANDS',
    ...others.flatMap(command),
    '.SH ENVIRONMENT',
    line('A flag goes before the environment, then come a .env file, scan.config.json and the default.'),
    ...item('COINALYZE_API_KEY', 'the key; also in .env, never a flag and never in scan.config.json'),
    ...Object.values(SETTINGS).flatMap(setting),
    ...item('NO_COLOR, FORCE_COLOR', 'no colour; colour also in a pipe'),
    '.SH FILES',
    ...FILES.flatMap(([name, meaning]) => item(name, meaning)),
    '.SH EXIT STATUS',
    ...EXIT_CODES.flatMap(([codes, meaning]) => item(codes, meaning)),
    '.SH EXAMPLES',
    ...verbatim([program.examples, main.examples].join('\n')),
    '',
  ].join('\n');
}

function command({ name, usage, description, options, examples }: TreeCommand): readonly string[] {
  return [
    `.SS ${text(`scan ${name} ${usage}`)}`,
    line(`${description}.`),
    ...options.flatMap(option),
    ...(examples === '' ? [] : ['.PP', line('Examples:'), ...verbatim(examples)]),
  ];
}

function option({ term, description }: TreeOption): readonly string[] {
  return item(term, description);
}

function setting({ env, file, flag, fallback, meaning }: (typeof SETTINGS)[keyof typeof SETTINGS]): readonly string[] {
  const where = flag === null ? `${file} in scan.config.json` : `${flag}, ${file} in scan.config.json`;
  return item(env, `${meaning} (${where}${fallback === '' ? '' : `; default ${fallback}`})`);
}

function item(term: string, meaning: string): readonly string[] {
  return ['.TP', String.raw`\fB${text(term)}\fR`, line(meaning)];
}

function verbatim(block: string): readonly string[] {
  return ['.RS 4', '.nf', ...block.split('\n').map(asIs), '.fi', '.RE'];
}

/** As source lines of at most about 80 characters, filled again when shown. */
function line(content: string): string {
  return content.replaceAll(/(.{1,72})(?:\s+|$)/g, (_, part: string) => `${asIs(part)}\n`).trimEnd();
}

/** As a line of its own: a dot or quote at its beginning is no macro. */
function asIs(content: string): string {
  return text(content).replace(/^(?=[.'])/, String.raw`\&`);
}

function text(content: string): string {
  return content.replaceAll('\\', String.raw`\e`).replaceAll('-', String.raw`\-`);
}
