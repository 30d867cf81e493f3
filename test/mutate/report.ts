/** What the run says in the end. */
import { KINDS } from './mutants.ts';
import type { Outcome, Tried } from './runner.ts';
import { groupsOf } from './sample.ts';
import type { AcceptedSurvivors } from './survivors.ts';

const CAUGHT = new Set(['caught', 'hung', 'died']);

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** Of the faults that were tried and not accepted; 0 when there is none. */
function shareOf(tried: readonly Tried[]): number {
  const counted = tried.filter(({ fate }) => CAUGHT.has(fate.how) || fate.how === 'survived');
  return counted.length === 0 ? 0 : counted.filter(({ fate }) => CAUGHT.has(fate.how)).length / counted.length;
}

function survivorLines({ mutant, fate }: Tried): string {
  const looked = fate.how !== 'survived' ? '' : fate.tests === 0 ? 'no test comes by' : `${fate.tests} tests looked`;
  const cut = fate.how === 'survived' && !fate.all ? ', slower ones were left out' : '';
  return `  ${mutant.file}:${mutant.line} (${mutant.kind}; ${looked}${cut})\n    ${mutant.before}\n    ${mutant.after}`;
}

function table(tried: readonly Tried[]): string {
  const rooms = groupsOf(tried, ({ mutant }) => mutant.file.split('/')[1]!);
  const cell = (some: readonly Tried[]): string => {
    const caught = some.filter(({ fate }) => CAUGHT.has(fate.how)).length;
    return some.length === 0 ? '-' : `${caught}/${some.filter(({ fate }) => fate.how !== 'not tried').length}`;
  };
  const row = (name: string, some: readonly Tried[]): string =>
    [
      name.padEnd(12),
      ...KINDS.map((kind) => cell(some.filter(({ mutant }) => mutant.kind === kind)).padStart(11)),
      cell(some).padStart(11),
    ].join('');
  return [
    ['caught of'.padEnd(12), ...KINDS.map((kind) => kind.padStart(11)), 'all'.padStart(11)].join(''),
    ...rooms.map((room) => row(room[0]!.mutant.file.split('/')[1]!, room)),
    row('all', tried),
  ].join('\n');
}

export function reportOf(
  { possible, tried, failures, tests }: Outcome,
  survivors: AcceptedSurvivors,
  ms: number,
): { readonly text: string; readonly share: number } {
  const of = (how: string): readonly Tried[] => tried.filter(({ fate }) => fate.how === how);
  const [survived, acceptedOnes, untried] = [of('survived'), of('accepted'), of('not tried')];
  const planted = tried.length - untried.length;
  const share = shareOf(tried);
  const acceptedLines = acceptedOnes.map(({ mutant }) => {
    const { before, after, reason } = survivors.find(mutant)!;
    return `  ${mutant.file}:${mutant.line}\n    ${before}\n    ${after}\n    ${reason}`;
  });
  const caught = tried.filter(({ fate }) => CAUGHT.has(fate.how)).length;
  const ways = `${of('hung').length} because the program hung, ${of('died').length} because it died`;
  const parts = [
    failures.length === 0
      ? []
      : [`Tests that fail without a fault and see nothing (${failures.length}):`, ...failures.map((one) => `  ${one}`)],
    survived.length === 0 ? [] : [`Survived (${survived.length}):`, ...survived.map(survivorLines)],
    acceptedLines.length === 0 ? [] : [`Accepted, they change nothing (${acceptedLines.length}):`, ...acceptedLines],
    [table(tried)],
    [
      `${planted} faults planted of ${possible} possible ones, ${tests} tests, ${Math.round(ms / 1000)} s`,
      `${caught} caught (${ways}), ${acceptedOnes.length} accepted, ${survived.length} survived: ${percent(share)} caught`,
      ...(untried.length === 0 ? [] : [`${untried.length} were not tried: the time was over`]),
    ],
  ];
  const text = parts
    .filter((lines) => lines.length > 0)
    .map((lines) => `${lines.join('\n')}\n`)
    .join('\n');
  return { text, share };
}
