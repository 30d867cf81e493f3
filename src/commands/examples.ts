/** The examples that every help begins with. */
import { appearance, type CommandContext } from './context.ts';

/** A command line and what it is for. */
type Example = readonly [line: string, meaning: string];

const HEADING = 'Examples:';
const PIPE_WIDTH = 100;

/** As a help text of commander: in two columns where they fit the terminal, else the meaning under its line. */
export function examples(rows: readonly Example[], { stdout, env }: CommandContext): () => string {
  return () => {
    const { width, colour } = appearance(stdout, env);
    const limit = stdout.isTTY === true ? width : PIPE_WIDTH;
    const column = Math.max(...rows.map(([line]) => line.length));
    const fits = rows.every(([, meaning]) => 2 + column + 3 + meaning.length <= limit);
    const lines = rows.map(([line, meaning]) =>
      fits ? `  ${line.padEnd(column)}   ${meaning}` : `  ${line}\n      ${meaning}`,
    );
    const heading = colour ? `\u001b[1m${HEADING}\u001b[22m` : HEADING;
    return `${heading}\n${lines.join('\n')}\n`;
  };
}
