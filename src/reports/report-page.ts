import { escapeHtml } from '../kernel/escape.ts';
import type { Report } from './make-report.ts';
import { isNumber, type Section, sectionsOf } from './report-sections.ts';

/**
 * The report as one HTML page. It loads nothing and runs no script. `forMail` leaves out the pictures, which mail
 * programs do not show.
 */
export function reportPage(report: Report, { forMail = false } = {}): string {
  const { title, sections } = sectionsOf(report);
  const made = report.madeAt.slice(0, 16).replace('T', ' ');
  return [
    '<!DOCTYPE html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    ...(forMail ? [] : [POLICY]),
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    '<meta name="robots" content="noindex">',
    `<title>${escapeHtml(title)}</title>`,
    `<style>${CSS}</style>`,
    '</head>',
    '<body>',
    `<h1>${escapeHtml(title)}</h1>`,
    `<p class="note">${escapeHtml(report.site)}, ${made} UTC. These numbers are from what relays answered and what subscribers did. Nobody’s reading is tracked.</p>`,
    ...sections.map((section) => sectionHtml(section, forMail)),
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

const POLICY =
  '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; style-src \'unsafe-inline\'">';

function sectionHtml({ title, lines, table, chart }: Section, forMail: boolean): string {
  const rows = tableHtml(title, table);
  const isLong = chart !== undefined && !forMail && table.length > LONG_TABLE;
  return [
    '<section>',
    `<h2>${escapeHtml(title)}</h2>`,
    ...lines.map((line) => `<p>${escapeHtml(line)}</p>`),
    ...(chart === undefined || forMail ? [] : [`<figure>${chart}</figure>`]),
    isLong ? `<details><summary>The numbers as a table</summary>${rows}</details>` : rows,
    '</section>',
  ].join('\n');
}

const LONG_TABLE = 14;

function tableHtml(title: string, [head, ...rows]: Section['table']): string {
  if (head === undefined) return '';
  const cells = (tag: 'th' | 'td', row: Section['table'][number]) =>
    row.map((cell, at) => {
      const name = at > 0 && rows.every((each) => isNumber(each[at])) ? ' class="number"' : '';
      const isHead = tag === 'th' || at === 0;
      const kind = isHead ? `th scope="${tag === 'th' ? 'col' : 'row'}"` : 'td';
      return `<${kind}${name}>${escapeHtml(String(cell))}</${isHead ? 'th' : 'td'}>`;
    });
  return [
    `<div class="table" role="region" aria-label="${escapeHtml(title)}" tabindex="0"><table>`,
    `<thead><tr>${cells('th', head).join('')}</tr></thead>`,
    `<tbody>${rows.map((row) => `<tr>${cells('td', row).join('')}</tr>`).join('\n')}</tbody>`,
    '</table></div>',
  ].join('\n');
}

const CSS = `
:root { color-scheme: light dark; --paper: #fffefa; --ink: #1b1a18; --muted: #5f5a51; --rule: #d9d3c6; --up: #2b6a4d; --down: #b3432b; }
@media (prefers-color-scheme: dark) {
:root { --paper: #17181a; --ink: #f0ede6; --muted: #aaa499; --rule: #3c3b38; --up: #6fc29a; --down: #ef8d74; }
}
body { max-width: 60rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; font: 1rem/1.5 system-ui, -apple-system, 'Segoe UI', sans-serif; color: var(--ink); background: var(--paper); }
h1 { margin: 0; font-size: 1.7rem; line-height: 1.25; overflow-wrap: anywhere; }
h2 { margin: 2.5rem 0 .5rem; font-size: 1.2rem; overflow-wrap: anywhere; }
p { margin: .4rem 0; }
.note, figcaption { color: var(--muted); }
figure { margin: 1rem 0; max-width: 36rem; }
svg { display: block; width: 100%; height: auto; }
svg text { font-size: 12px; fill: var(--muted); }
.rule { stroke: var(--rule); }
.line { fill: none; stroke: var(--up); stroke-width: 2.5; }
.up { fill: var(--up); }
.down { fill: var(--down); }
.table { overflow-x: auto; margin: .8rem 0; }
table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; }
th, td { padding: .35rem .8rem .35rem 0; border-bottom: 1px solid var(--rule); text-align: left; vertical-align: top; }
th { font-weight: 600; }
thead th { color: var(--muted); white-space: nowrap; }
.number { text-align: right; white-space: nowrap; }
tbody th { font-weight: 400; white-space: nowrap; }
td:last-child { min-width: 9rem; }
td.number:last-child { min-width: 0; }
summary { cursor: pointer; color: var(--muted); }
`;
