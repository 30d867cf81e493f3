/** `scan show --explain`: why a score is what it is. */
import { SERIES_KINDS, type SeriesKind } from '../core/series.ts';
import type { ExternalFields, OiMetadata, ScoreComponent, Signal } from '../core/signal.ts';
import type { Part, Reason, Setup } from '../core/strategy.ts';
import { escapeControl, formatDuration, formatPrice } from '../platform/text.ts';
import { collapse, type CoinSignal } from './find.ts';
import { flipLines } from './flip.ts';
import { paint, paragraph, tableLines, type Column, type Look } from './layout.ts';
import { actionStyle, boundsText, closeTimeOf, scoreText, timeText, venuesText } from './table.ts';

/** One block for the best venue of each strategy and direction among `signals`, which are in the feed's order; `most` at most. */
export function explain(signals: readonly Signal[], look: Look, most = Infinity): string {
  const coins = collapse(signals);
  const blocks = coins.slice(0, most).map((coin) => blockOf(coin, look).join('\n'));
  if (coins.length > blocks.length) {
    blocks.push(paint(`${coins.length - blocks.length} more: --limit shows more, --symbol one market`, 'dim', look));
  }
  return `${blocks.join(`\n\n${paint('-'.repeat(Math.min(look.width, 40)), 'dim', look)}\n\n`)}\n`;
}

function blockOf({ best: signal, others }: CoinSignal<Signal>, look: Look): readonly string[] {
  const unified = signal.unified_symbol === null ? 'name not understood' : signal.unified_symbol;
  const timeframe = signal.timeframe ?? 'no candles';
  const title = `${signal.exchange} ${signal.symbol}${venuesText(others)} (${unified}, ${timeframe})  ${signal.strategy}`;
  return [
    ...paragraph(title, look).map((line) => paint(line, 'bold', look)),
    ...verdictOf(signal, look),
    ...(signal.setup === null ? [] : paragraph(setupText(signal.setup, signal), look)),
    ...section('', signal.score_breakdown.flatMap(scoreRows), SCORE_COLUMNS, look),
    ...flipLines(signal, look),
    ...externalOf(signal, look),
    ...section('Reasons', reasonsOf(signal), REASON_COLUMNS, look),
  ];
}

function verdictOf(signal: Signal, look: Look): readonly string[] {
  const { status, status_reason: reason, price, settled } = signal;
  const closed = closeTimeOf(signal);
  const candle = price === null || closed === null ? '' : `, price ${formatPrice(price)} at ${timeText(closed)}`;
  if (status !== 'ok') {
    const text = `No score: ${status} (${reason?.code ?? 'no reason'}): ${reason?.text ?? ''}${candle}`;
    return paragraph(text, look).map((line) => paint(line, 'yellow', look));
  }
  const bounds = boundsText(signal);
  const lines = [
    ...paragraph(
      `${signal.action}, score ${scoreText(signal.score)} of 100${sideText(signal)}, rank ${signal.rank_in_strategy ?? '-'} in its strategy${candle}`,
      look,
    ).map((line) => paint(line, actionStyle(signal), look)),
    ...paragraph(
      bounds === null
        ? 'No later answer can change this score.'
        : `Not everything is known yet: the score could become ${bounds}.`,
      look,
    ),
  ];
  if (settled) return lines;
  return [...lines, ...paragraph('Short history: the score still depends a little on where it starts.', look)];
}

/** Without a direction the points are those of the better side. */
function sideText({ direction, score_side: side }: Signal): string {
  return direction === 'none' && side !== null ? ` as a ${side}` : '';
}

function setupText(
  { entry, stop_loss: stop, take_profit: target, risk_reward, max_bars }: Setup,
  { timeframe }: Signal,
): string {
  const distance = (level: number): string => `${formatPrice(level)} (${signed((100 * (level - entry)) / entry)}%)`;
  return `Setup: entry ${formatPrice(entry)}, stop ${distance(stop)}, target ${distance(target)}, risk/reward ${risk_reward.toFixed(2)} before costs, at most ${max_bars} candles of ${timeframe ?? '?'}`;
}

/** A component, or one of its parts. */
interface ScoreRow {
  readonly name: string;
  readonly points: number;
  readonly max: number;
  readonly value: string;
  readonly threshold: string;
  readonly isPart: boolean;
}

const SCORE_COLUMNS: readonly Column<ScoreRow>[] = [
  { title: 'COMPONENT', align: 'left', text: ({ name }) => name },
  {
    title: 'POINTS/MAX',
    align: 'right',
    text: ({ points, max }) => `${points.toFixed(2)}/${max}`,
    style: ({ isPart }) => (isPart ? null : 'bold'),
  },
  { title: 'VALUE', align: 'right', text: ({ value }) => value, dispensable: 2 },
  { title: 'THRESHOLD', align: 'left', text: ({ threshold }) => threshold, dispensable: 1 },
];

function scoreRows({ component, points, max, code, parts }: ScoreComponent): readonly ScoreRow[] {
  const whole = { name: component, points, max, value: '', threshold: '', isPart: false };
  return [whole, ...parts.map((part) => partRow(part, code))];
}

function partRow({ part, value, zero_at: zero, full_at: full, points, max }: Part, code: string): ScoreRow {
  const threshold = zero === full ? `> ${formatPrice(zero)}` : `${formatPrice(zero)} -> ${formatPrice(full)}`;
  // A series that is missing says why in its code, e.g. `OI_UNAVAILABLE:deferred`.
  const shown = value === null ? (code.split(':')[1] ?? 'none') : formatPrice(value);
  return { name: `  ${part}`, points, max, value: shown, threshold, isPart: true };
}

/** The reasons, and what the components without points have to say. */
function reasonsOf({ reasons, score_breakdown: breakdown }: Signal): readonly Reason[] {
  return [...reasons, ...breakdown.filter(({ code }) => reasons.every((reason) => reason.code !== code))];
}

const REASON_COLUMNS: readonly Column<Reason>[] = [
  { title: 'CODE', align: 'left', text: ({ code }) => code, dispensable: 1 },
  { title: 'WHY', align: 'left', text: ({ text }) => text, wraps: 16 },
];

interface SeriesRow {
  readonly kind: SeriesKind;
  readonly fields: ExternalFields;
  /** Close of the signal's candle, ms UTC. */
  readonly closed: number | null;
  /** Whether the strategy gives points for it. */
  readonly scored: boolean;
}

const SERIES_COLUMNS: readonly Column<SeriesRow>[] = [
  { title: 'SERIES', align: 'left', text: ({ kind }) => kind },
  { title: 'VALUE', align: 'right', text: ({ kind, fields }) => valueText(kind, fields) },
  {
    title: 'USD',
    align: 'right',
    text: ({ fields }) => (fields.value_usd === null ? '' : compact(fields.value_usd)),
    dispensable: 3,
  },
  {
    title: 'CHANGE',
    align: 'right',
    text: ({ fields }) => (fields.change_pct === null ? '' : `${signed(fields.change_pct)}%`),
    dispensable: 4,
  },
  { title: 'PERCENTILE', align: 'right', text: ({ fields }) => fields.percentile?.toFixed(2) ?? '', dispensable: 1 },
  { title: 'AGE', align: 'right', text: ageText, dispensable: 2 },
  { title: 'STATUS', align: 'left', text: statusText, wraps: 10 },
];

function externalOf(signal: Signal, look: Look): readonly string[] {
  const { external, oi_metadata: openInterest } = signal;
  const source = ['', ...paragraph(sourceText(openInterest), look)];
  if (external === null) return source;
  const closed = closeTimeOf(signal);
  const components = new Set(signal.score_breakdown.map(({ component }) => component));
  const rows = SERIES_KINDS.map((kind) => ({
    kind,
    fields: external[kind],
    closed,
    scored: components.has(kind),
  }));
  return [...source, ...tableLines(SERIES_COLUMNS, rows, look)];
}

function sourceText({ tier, coinalyze_symbol: symbol, venue, reason, score, status }: OiMetadata): string {
  const from = symbol === null ? `No series: tier ${tier}` : `Series from ${symbol} on ${venue ?? '?'} (${tier})`;
  const fed = status === 'neutral' ? `neutral, 10 of 20 (${reason ?? 'no reason'})` : `${score.toFixed(2)} of 20`;
  return `${from}; open interest ${fed}`;
}

function section<Row>(
  title: string,
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  look: Look,
): readonly string[] {
  if (rows.length === 0) return [];
  return ['', ...(title === '' ? [] : [escapeControl(title)]), ...tableLines(columns, rows, look)];
}

function valueText(kind: SeriesKind, { value }: ExternalFields): string {
  if (value === null) return '';
  return kind === 'funding_rate' ? `${formatPrice(value)}%` : compact(value);
}

function ageText({ fields, closed }: SeriesRow): string {
  return fields.as_of === null || closed === null ? '' : formatDuration(closed - fields.as_of);
}

function statusText({ fields: { status, stale, reason }, scored }: SeriesRow): string {
  const known = status === 'used';
  const text = known ? (scored ? 'used' : 'not scored') : `${scored ? 'neutral' : 'not scored'}: ${causeOf(reason)}`;
  return stale && known ? `${text}, stale` : text;
}

/** `deferred` of `OI_UNAVAILABLE:deferred`; the reasons below the table have the whole code. */
function causeOf(reason: string | null): string {
  return reason?.split(':').at(-1) ?? 'no reason';
}

function signed(value: number): string {
  return `${value < 0 ? '' : '+'}${value.toFixed(2)}`;
}

const COMPACT = new Intl.NumberFormat('en-US', { notation: 'compact', maximumSignificantDigits: 4 });

/** `12.35M`; small ratios keep their digits. */
function compact(value: number): string {
  return Math.abs(value) < 1_000 ? formatPrice(value) : COMPACT.format(value);
}
