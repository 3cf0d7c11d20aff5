import type { Edition } from '../../editions/edition.ts';
import { escapeHtml } from './personalise.ts';

/** The note above the edition in the mail to the editor. Plain text. */
export interface ApprovalNote {
  /** The question to the editor. */
  readonly question: string;
  /** What happens without an answer. */
  readonly otherwise: string;
  /** What the gate found: a heading and one line for each; empty if it found nothing. */
  readonly findings: readonly string[];
  /** Absent if there is no page to answer it. */
  readonly link?: { readonly url: string; readonly label: string };
}

const BOX = [
  'margin:0 auto;padding:16px 24px;max-width:600px;box-sizing:border-box',
  'font:16px/1.5 system-ui,sans-serif;color:#1a1a1a;background-color:#fff4c2',
].join(';');

/**
 * The edition with a note above it, for the editor who has to approve it. Everything below the note
 * is what all subscribers will get.
 */
export function approvalCopy(edition: Edition, note: ApprovalNote): Edition {
  const { question, otherwise, findings, link } = note;
  const lines = findings
    .map((line) => `<br>${escapeHtml(line)}`)
    .join('')
    .replace('<br>', '');
  const box =
    `<div style="${BOX}"><p style="margin:0 0 8px">${escapeHtml(question)}</p>` +
    (link === undefined
      ? ''
      : `<p style="margin:0 0 8px"><a href="${escapeHtml(link.url)}" style="color:#1a1a1a;font-weight:bold">${escapeHtml(link.label)}</a></p>`) +
    (lines === '' ? '' : `<p dir="auto" style="margin:0 0 8px">${lines}</p>`) +
    `<p style="margin:0">${escapeHtml(otherwise)}</p></div>`;
  const [body] = /<body\b[^>]*>/i.exec(edition.html) ?? [];
  const html =
    body === undefined ? box + edition.html : edition.html.replace(body, () => body + box);
  const rule = '-'.repeat(60);
  const way = link === undefined ? [] : [`${link.label}: ${link.url}`];
  const text = [
    question,
    ...way,
    ...(lines === '' ? [] : [findings.join('\n')]),
    otherwise,
    rule,
    edition.text,
  ].join('\n\n');
  return { ...edition, html, text };
}
