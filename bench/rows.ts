/** What one side of a row took or reached. */
export interface Figure {
  /** In the row's unit. */
  readonly value: number;
  /** User and system, of the program and all that it started; NaN if the system does not report it. */
  readonly cpuSeconds?: number;
  /** Most memory in use at a moment, of the program and all that it started; NaN as above. */
  readonly peakMegabytes?: number;
}

/** One line of the table: a piece of work, done by us and, in turn with us, by a peer. */
export interface BenchRow {
  /** Such as `20,000 posts, first build`. With the peer's name it is unique in its section. */
  readonly work: string;
  /** Less is better, except of a unit that ends in `/s`. */
  readonly unit: 's' | '/s' | 'ms' | 'MB' | 'packages';
  readonly ours: Figure;
  /** Left out if nothing else does this work. */
  readonly peer?: Figure & { readonly name: string };
  /** The ratio to reach, or a figure with its unit. */
  readonly goal?: string;
  readonly note?: string;
}

/** A row of the section `section`. */
export interface SectionRow extends BenchRow {
  readonly section: string;
}

/** Ours divided by the peer's; undefined without a peer. */
export function ratioOf({ ours, peer }: BenchRow): number | undefined {
  return peer === undefined ? undefined : ours.value / peer.value;
}

const HEAD = [
  ...['section', 'work', 'ours', 'peer', 'its', 'ratio', 'goal'],
  ...['CPU, ours / its', 'memory, ours / its', 'note'],
];

/** Columns with numbers, which are aligned at their right. */
const RIGHT = [2, 4, 5];

/** A Markdown table, with columns wide enough to be read as plain text, too. */
export function tableOf(rows: readonly SectionRow[]): string {
  const lines = [HEAD, ...rows.map(cellsOf)];
  const widths = HEAD.map((_, at) => Math.max(3, ...lines.map((cells) => cells[at]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, at) => pad(cell, widths[at] ?? 0, RIGHT.includes(at))).join(' | ')} |\n`;
  const rule = widths.map((width, at) =>
    RIGHT.includes(at) ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width),
  );
  const [head = [], ...body] = lines;
  return [line(head), line(rule), ...body.map(line)].join('');
}

function cellsOf(row: SectionRow): string[] {
  const { section, work, unit, ours, peer, goal = '', note = '' } = row;
  const ratio = ratioOf(row);
  return [
    ...[section, work, figureText(ours.value, unit), peer?.name ?? ''],
    peer === undefined ? '' : figureText(peer.value, unit),
    ratio === undefined ? '' : ratioText(ratio),
    goal,
    pairText(ours.cpuSeconds, peer?.cpuSeconds, 's'),
    pairText(ours.peakMegabytes, peer?.peakMegabytes, 'MB'),
    note,
  ].map((cell) => cell.replaceAll('|', '/'));
}

function pad(cell: string, width: number, right: boolean): string {
  return right ? cell.padStart(width) : cell.padEnd(width);
}

function figureText(value: number, unit: string): string {
  return unit.startsWith('/') ? `${numberText(value)}${unit}` : `${numberText(value)} ${unit}`;
}

function pairText(ours: number | undefined, its: number | undefined, unit: string): string {
  const known = [ours, its].map((value) => value !== undefined && !Number.isNaN(value));
  if (!known.includes(true)) return '';
  const texts = [ours, its].map((value, at) => (known[at] ? numberText(value ?? 0) : '-'));
  return `${(its === undefined ? texts.slice(0, 1) : texts).join(' / ')} ${unit}`;
}

/** Three digits that count, as in 1,234 and 12.3 and 0.0123. */
function numberText(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString('en-US');
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(3)));
}

/** Two digits that count: more of a ratio never come out the same twice. */
function ratioText(ratio: number): string {
  return String(Number(ratio.toPrecision(2)));
}

/** Ratios under the key of their row. */
export type Ratios = ReadonlyMap<string, number>;

/** What a row and the recorded row of the same work have in common. */
export function keyOf({ section, work, peer }: SectionRow): string {
  return keyFrom(section, work, peer?.name);
}

function keyFrom(...cells: readonly (string | undefined)[]): string {
  return cells.join(' | ');
}

/** Reads the ratios of a table that `tableOf` wrote, with anything around it. */
export function recordedRatios(text: string): Ratios {
  const ratios = new Map<string, number>();
  for (const line of text.split('\n').filter((line) => line.startsWith('|'))) {
    const cells = line.split('|').map((cell) => cell.trim());
    const [section, work, peer, ratio] = [1, 2, 4, 6].map((at) => cells[at]);
    const value = Number.parseFloat(ratio ?? '');
    if (!Number.isNaN(value)) ratios.set(keyFrom(section, work, peer), value);
  }
  return ratios;
}
