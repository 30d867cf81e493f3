/** The examples that every help begins with. */
import type { AddHelpTextContext } from 'commander';

/** A command line and what it is for. */
type Example = readonly [line: string, meaning: string];

/** As a help text of commander: in two columns where they fit, else the meaning under its line. */
export function examples(rows: readonly Example[]): (help: AddHelpTextContext) => string {
  return ({ command, error }) => {
    const output = command.configureOutput();
    const width = (error ? output.getErrHelpWidth?.() : output.getOutHelpWidth?.()) ?? 80;
    const column = Math.max(...rows.map(([line]) => line.length));
    const fits = rows.every(([, meaning]) => 2 + column + 3 + meaning.length <= width);
    const lines = rows.map(([line, meaning]) =>
      fits ? `  ${line.padEnd(column)}   ${meaning}` : `  ${line}\n      ${meaning}`,
    );
    // Commander takes the emphasis out where there is no colour.
    return `\u001b[1mExamples:\u001b[22m\n${lines.join('\n')}\n`;
  };
}
