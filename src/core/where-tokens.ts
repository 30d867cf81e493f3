/** The words of an expression over the numbers and texts of a row. */

export interface Token {
  readonly kind: 'number' | 'text' | 'name' | 'mark' | 'end';
  /** A text without its quotes. */
  readonly text: string;
  /** Where it begins, counted from 1. */
  readonly column: number;
}

/** What is wrong with an expression, and where: columns are counted from 1. */
export interface WhereFault {
  readonly column: number;
  readonly detail: string;
}

/** Longer expressions are no longer typed by anybody. */
export const LONGEST = 4_096;

const SPACE = /\s+/y;
const NUMBER = /(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?/iy;
/** As the feed's paths are written: `funding_pct`, `series.funding_rate.percentile`. */
const NAME = /[a-z_]\w*(\.[a-z_]\w*)*/iy;
const TEXT = /'[^']*'|"[^"]*"/y;
const MARK = /&&|\|\||[<>=!]=|[<>!()+\-*/]/y;

/** What other languages write, with what is written here. */
const MEANT: Readonly<Record<string, string>> = { '=': '==', '&': '&&', '|': '||', '<>': '!=', ',': '.' };

/** The words in order, with one of kind `end` behind them. */
export function tokensOf(expression: string): readonly Token[] | WhereFault {
  if (expression.length > LONGEST) {
    return { column: LONGEST + 1, detail: `the expression is longer than ${LONGEST} characters` };
  }
  const tokens: Token[] = [];
  let at = 0;
  const take = (pattern: RegExp): string | null => {
    pattern.lastIndex = at;
    return pattern.exec(expression)?.[0] ?? null;
  };
  const add = (kind: Token['kind'], found: string, text = found): void => {
    tokens.push({ kind, text, column: at + 1 });
    at += found.length;
  };
  while (at < expression.length) {
    const space = take(SPACE);
    if (space !== null) {
      at += space.length;
      continue;
    }
    const [number, name, text, mark] = [take(NUMBER), take(NAME), take(TEXT), take(MARK)];
    if (number !== null) add('number', number);
    else if (name !== null) add('name', name);
    else if (text !== null) add('text', text, text.slice(1, -1));
    else if (mark !== null) add('mark', mark);
    else return { column: at + 1, detail: unknownCharacter(expression.slice(at)) };
  }
  return [...tokens, { kind: 'end', text: '', column: at + 1 }];
}

function unknownCharacter(rest: string): string {
  const [character = ''] = rest;
  if (character === "'" || character === '"') return `the text that begins here has no closing ${character}`;
  const meant = MEANT[character];
  return `${character} is not understood${meant === undefined ? '' : `; did you mean ${meant}?`}`;
}
