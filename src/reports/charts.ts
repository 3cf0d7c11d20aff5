import { escapeHtml } from '../kernel/escape.ts';

// Small charts as SVG, without script and without a font or picture of others. Their colours are CSS
// variables of the page: light or dark.

/** One bar: its value up, and another down. */
export interface Bar {
  readonly label: string;
  readonly up: number;
  /** A part of `up` that is shown pale, or what goes down from the line. */
  readonly down?: number;
}

interface Chart {
  /** Becomes part of the ids of the chart, so it is unique on its page. */
  readonly id: string;
  /** What screen readers read instead of the picture. */
  readonly title: string;
  readonly description: string;
}

const WIDTH = 480;
const HEIGHT = 220;
const LEFT = 46;
const RIGHT = 12;
const TOP = 12;
const BOTTOM = 30;
const PLOT = { width: WIDTH - LEFT - RIGHT, height: HEIGHT - TOP - BOTTOM };

/** Bars side by side, with at most `MOST_LABELS` labels below them. */
export function barChart(chart: Chart, bars: readonly Bar[]): string {
  const top = niceTop(Math.max(1, ...bars.map(({ up }) => up)));
  const below = Math.max(0, ...bars.map(({ down = 0 }) => down));
  const bottom = below === 0 ? 0 : Math.max(niceTop(below), top / 4);
  const y = (value: number) => TOP + ((top - value) / (top + bottom)) * PLOT.height;
  const step = PLOT.width / Math.max(1, bars.length);
  const width = Math.min(36, step * 0.7);
  const rect = (at: number, from: number, to: number, name: string) =>
    to === from
      ? ''
      : `<rect class="${name}" x="${px(LEFT + step * at + (step - width) / 2)}" y="${px(y(to))}" width="${px(width)}" height="${px(y(from) - y(to))}"/>`;
  const every = Math.ceil(bars.length / MOST_LABELS);
  const body = bars.map(({ label, up, down = 0 }, at) => {
    const middle = px(LEFT + step * (at + 0.5));
    const text = at % every === 0 ? textAt(middle, HEIGHT - 10, label, 'middle') : '';
    return rect(at, 0, up, 'up') + rect(at, -down, 0, 'down') + text;
  });
  const ticks = [top, top / 2, 0, ...(bottom === 0 ? [] : [-bottom])];
  return draw(chart, [...ticks.map((tick) => rule(y(tick), formatTick(Math.abs(tick)))), ...body]);
}

const MOST_LABELS = 6;

/** A line that goes up in steps: from 0 to 100 percent, over minutes. */
export function shareChart(
  chart: Chart,
  points: readonly { readonly minute: number; readonly share: number }[],
): string {
  const last = Math.max(1, ...points.map(({ minute }) => minute));
  const x = (minute: number) => LEFT + (minute / last) * PLOT.width;
  const y = (share: number) => TOP + (1 - share) * PLOT.height;
  const path = points.map(({ minute, share }) => `H${px(x(minute))}V${px(y(share))}`).join('');
  const minutes = [0, last / 2, last].map((minute) =>
    textAt(
      px(x(minute)),
      HEIGHT - 10,
      formatMinutes(minute),
      minute === 0 ? 'start' : minute === last ? 'end' : 'middle',
    ),
  );
  return draw(chart, [
    ...[1, 0.5, 0].map((share) => rule(y(share), `${share * 100} %`)),
    `<path class="line" d="M${LEFT} ${px(y(0))}${path}"/>`,
    ...minutes,
  ]);
}

/** `40 min`, `2 h`, `2.5 h`. */
export function formatMinutes(minutes: number): string {
  if (minutes < 90) return `${Math.round(minutes)} min`;
  return `${Number((minutes / 60).toFixed(1))} h`;
}

function draw({ id, title, description }: Chart, parts: readonly string[]): string {
  return [
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="${id}-title ${id}-text">`,
    `<title id="${id}-title">${escapeHtml(title)}</title>`,
    `<desc id="${id}-text">${escapeHtml(description)}</desc>`,
    ...parts,
    '</svg>',
  ].join('\n');
}

function rule(y: number, label: string): string {
  const line = `<path class="rule" d="M${LEFT} ${px(y)}H${WIDTH - RIGHT}"/>`;
  return line + textAt(String(LEFT - 6), y + 4, label, 'end');
}

function textAt(x: string, y: number, text: string, anchor: 'start' | 'middle' | 'end'): string {
  return `<text x="${x}" y="${px(y)}" text-anchor="${anchor}">${escapeHtml(text)}</text>`;
}

/** A round number, at least `value`, whose half is a round number, too. */
function niceTop(value: number): number {
  if (value <= 10) return Math.max(2, 2 * Math.ceil(value / 2));
  const unit = 10 ** Math.floor(Math.log10(value));
  const factor = [1, 1.2, 1.6, 2, 3, 4, 6, 8].find((each) => each * unit >= value) ?? 10;
  return factor * unit;
}

function formatTick(value: number): string {
  return Intl.NumberFormat('en', { notation: 'compact' }).format(value);
}

function px(value: number): string {
  return String(Number(value.toFixed(1)));
}
