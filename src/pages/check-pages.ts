import type { TextsOf } from '../kernel/texts.ts';
import type { Config } from '../settings/config.ts';
import type { LayoutScope, NewsletterView } from './layout-scope.ts';
import { openPages } from './open-pages.ts';
import { type PageName, readWebTemplates } from './web-templates.ts';

const ADDRESS = 'ada@example.org';
const ACTION = '/action';
const DAY = { day: '2026-03-20', date: 'Friday, 20 March 2026' };
const STORY = { title: 'A story', url: 'https://example.org/story/' };

/**
 * Renders every page of the site once, with sample values for everything that a page may show. Returns
 * the names of its templates. Throws a `BroadsheetError` (config), with file, line and column, for a
 * template that cannot be rendered.
 */
export function checkPages(config: Config, textsOf: TextsOf): readonly string[] {
  const templates = readWebTemplates(config.folders.webTemplates);
  const pages = openPages(config, templates, textsOf(config.web.language));
  const scopes = sampleScopes(pages.common);
  for (const [name, scope] of scopes) {
    pages.render({ name, title: name, description: name, path: '', scope });
  }
  return [...scopes.keys()].map((name) => `${name}.liquid`);
}

/** Sample variables of each page, with everything that it may show. */
function sampleScopes(common: LayoutScope): ReadonlyMap<PageName, object> {
  const [newsletter = nobody] = common.newsletters;
  const form = sampleForm([newsletter, newsletter]);
  const feeds = [{ name: 'RSS', type: 'application/rss+xml', url: 'https://example.org/rss.xml' }];
  const edition = {
    ...{ ...DAY, newsletter, path: ACTION, subject: 'A story', preheader: 'A line' },
    ...{ stories: ['Another story'], text: 'Text' },
  };
  const image = { url: 'https://example.org/picture.jpg', alt: 'A picture', width: 3, height: 2 };
  const front = { ...edition, standfirst: 'A line', image, stories: [{ ...STORY, lang: '' }] };
  const formats = feeds.map((each) => ({ ...each, short: each.name, path: ACTION }));
  const feed = { name: 'A feed', lang: '', path: ACTION, formats };
  const post = {
    ...{
      ...DAY,
      ...STORY,
      image,
      path: ACTION,
      lang: '',
      kicker: 'News',
      authors: [{ name: 'Ada', url: ACTION }],
    },
    ...{ standfirst: 'A line', html: '<p>Text</p>' },
  };
  const person = { address: ADDRESS, newsletter, action: ACTION };
  const heading = 'Heading';
  const approval = { newsletter, edition: { ...edition, stories: [STORY] }, action: ACTION };
  return new Map<PageName, object>([
    ['home', { heading: newsletter, form, latest: [front, front], has_editions: true, feeds }],
    ['posts', { months: [{ name: 'March 2026', posts: [post] }], newer: ACTION, older: ACTION }],
    ['post', { post, form, earlier: post, later: post }],
    ['moved', { post_title: 'A story', lang: '' }],
    [
      'feeds',
      {
        ...{ main: [feed], groups: [{ heading, feeds: [feed] }], opml: feed },
        latest: [{ ...STORY, ...DAY, lang: '' }],
      },
    ],
    ['subscribe', { heading, form: { ...form, choices: [newsletter] } }],
    ['one-more-click', { form }],
    ['inbox', { address: ADDRESS, again: ACTION, text: 'Text', steps: ['One', 'Two'] }],
    ['confirm', { ...person, chosen: [newsletter] }],
    ['welcome', { ...person, chosen: [newsletter], senders: [newsletter.from] }],
    ['unsubscribe', person],
    ['unsubscribed', { ...person, undo: ACTION, sign_up: ACTION, weekly: newsletter }],
    ['resubscribed', person],
    ['keep', person],
    ['kept', person],
    ['weekly', { ...person, weekly: newsletter }],
    ['ask-preferences', { heading, form }],
    ['preferences', { ...person, heading, form, is_saved: true, left_meanwhile: [newsletter] }],
    ['erase', person],
    ['erased', {}],
    ['new-address', person],
    ['address-changed', person],
    ['approve', approval],
    ['approved', { ...approval, text: 'Text' }],
    ['embed', { snippet: '<form></form>', example: 'fetch()' }],
    ['link-over', { text: 'Text', next: { path: ACTION, text: 'Again' } }],
    ['error', { status: 404, text: 'Text' }],
    [
      'archive',
      {
        ...{ newsletter, is_offered: true, archives: [newsletter, newsletter], feeds },
        years: [{ name: '2026', path: ACTION, is_this: true }],
        months: [{ name: 'March 2026', editions: [edition] }],
      },
    ],
  ]);
}

const nobody: NewsletterView = {
  ...{ id: 'newsletter', name: 'A newsletter', description: 'Its description', lang: '' },
  ...{ from: 'newsletter@example.org', archive: ACTION },
};

function sampleForm(newsletters: readonly NewsletterView[]) {
  const problem = { text: 'Mend this', field: 'address' };
  return {
    ...{ source: 'home', token: 'token', address: ADDRESS, trap: 'trap', proof_bits: 1 },
    ...{ which: 'Which?', label: 'Address', button: 'Send', consent: 'Text' },
    choices: newsletters.map((each) => ({
      ...each,
      is_checked: true,
      note: 'Note',
      choose: { value: each.id, text: 'Take this' },
    })),
    shown: 'Text',
    problems: [problem, { ...problem, field: null }],
    errors: { address: problem.text, newsletters: problem.text },
  };
}
