import {
  type EditionPlace,
  renderEditionPage,
} from '../../../src/editions/archive/edition-page.ts';
import { renderDigest } from '../../../src/editions/digest/render-digest.ts';
import type { Edition } from '../../../src/editions/edition.ts';
import { readTexts } from '../../../src/templates/read-texts.ts';
import { DEFAULTS } from '../../support/default-settings.ts';
import { MORNING } from '../morning.ts';
import { digestInput, newsletter } from '../samples.ts';

export const PAGE_URL = 'https://harbour.example/archive/politics-essential-2026-03-20/';

/** The texts of Broadsheet's own language files. */
export const textsOf = readTexts('/nowhere');

/** An edition of invented posts, with one that the mail had no room for. */
export async function morningEdition(): Promise<Edition> {
  const digest = await renderDigest(digestInput(MORNING, { shown: 5 }));
  const { subject, preheader, html, text, page, posts } = digest;
  const untold = { id: 'tag:x', file: 'x.md', title: 'Ropes & <b>knots</b>' };
  return {
    ...{ subject, preheader, html, text, page, newsletter: 'politics-essential' },
    ...{ id: 'politics-essential-2026-03-20', day: '2026-03-20' },
    composedAt: '2026-03-20T07:00:00.000Z',
    posts: [...posts, { ...untold, url: 'https://harbour.example/ropes.html', role: 'web' }],
  };
}

/** An edition whose HTML is `html`, composed when an edition had no HTML for its page. */
export function editionOf(html: string): Edition {
  return {
    ...{ id: 'politics-essential-2026-03-20', newsletter: 'politics-essential' },
    ...{ day: '2026-03-20', subject: 'A subject', preheader: 'What inboxes show' },
    ...{ html, text: '', posts: [], composedAt: '2026-03-20T07:00:00.000Z' },
  };
}

/** The page of `edition`, at a place between two others, but for `changes`. */
export function pageOf(edition: Edition, changes: Partial<EditionPlace> = {}) {
  const plannedAt = '2026-03-20T07:00:00.000Z';
  return renderEditionPage(edition, {
    config: {
      publicUrl: 'https://harbour.example/',
      serviceUrl: 'https://harbour.example/',
      site: { ...DEFAULTS.site, color: '#8b1e2d' },
      feeds: { ...DEFAULTS.feeds, publicUrl: 'https://harbour.example/', formats: ['atom'] },
    },
    newsletter: newsletter(),
    texts: textsOf('en-GB'),
    editions: [
      { id: 'politics-essential-2026-03-21', subject: 'Tomorrow <script>', plannedAt },
      { id: edition.id, subject: edition.subject, plannedAt },
      { id: 'politics-essential-2026-03-19', subject: 'Yesterday & before', plannedAt },
    ],
    at: 1,
    ...changes,
  });
}
