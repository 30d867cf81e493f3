/** What may stand after an option, where that can be counted: for completion and manual. */
import type { Option } from 'commander';
import { FORMATS } from '../candles/formats/index.ts';
import { SETTINGS } from '../settings.ts';
import { STRATEGIES } from '../strategies/index.ts';

export interface ValueChoices {
  readonly values: readonly string[];
  /** Several, separated by commas. */
  readonly list: boolean;
}

const STRATEGY_IDS = STRATEGIES.map(({ id }) => id);

/** Null where any text may stand. The settings are checked by config.ts, in the same words wherever they come from. */
export function choicesOf({ long, argChoices }: Option): ValueChoices | null {
  if (argChoices !== undefined) return { values: argChoices, list: false };
  if (long === '--strategy') return { values: ['all', ...STRATEGY_IDS], list: true };
  if (long === '--format') return { values: FORMATS.map(({ id }) => id), list: false };
  const setting = Object.values(SETTINGS).find(({ flag }) => flag === long);
  return setting === undefined || setting.choices === null ? null : { values: setting.choices, list: false };
}
