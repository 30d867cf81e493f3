/** What the README shows of the program's output, held against what it prints. */
import { expect } from 'vitest';

/** The block that follows the mark of this name. */
export function transcriptOf(readme: string, name: string): string {
  const text = new RegExp(`<!-- transcript:${name} -->\\n\`\`\`text\\n([\\s\\S]*?)\`\`\``).exec(readme)?.[1];
  if (text === undefined) throw new Error(`the README has no transcript ${name}`);
  return text;
}

/** A transcript's first line is what was typed. */
export function typedAndPrinted(transcript: string): { readonly args: readonly string[]; readonly printed: string } {
  const [typed = '', ...lines] = transcript.split('\n');
  expect(typed).toMatch(/^\$ npx scan /);
  return { args: typed.replace('$ npx scan ', '').split(' '), printed: lines.join('\n') };
}

/** Every line of the transcript stands in the output, in this order and with nothing between, but for lines `...` in place of others. */
export function expectShown(transcript: string, output: string): void {
  const printed = linesOf(output);
  let from = 0;
  let free = false;
  for (const line of linesOf(transcript)) {
    if (line === '...') {
      free = true;
      continue;
    }
    const at = free ? printed.indexOf(line, from) : from;
    expect({ after: printed[from - 1], line: at === -1 ? undefined : printed[at] }).toEqual({
      after: printed[from - 1],
      line,
    });
    from = at + 1;
    free = false;
  }
  if (!free) expect(printed.slice(from)).toEqual([]);
}

/** Blank lines say nothing. */
function linesOf(text: string): readonly string[] {
  return text
    .split('\n')
    .map(steady)
    .filter((line) => line !== '');
}

/** Without what differs from run to run: durations, the time of writing and the widths that come of them. */
function steady(text: string): string {
  return text
    .replaceAll(/^Written .*?\)/gm, 'Written <time>')
    .replaceAll(/\d+(\.\d+)? (ms|s|min)\b/g, '<duration>')
    .replaceAll(/\b\d{13}\b/g, '<time>')
    .replaceAll(/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, '<id>')
    .replaceAll(/\s+/g, ' ')
    .trim();
}
