import type { EditionPageInput } from './edition-page-input.ts';
import { type Element, element } from './html-tree.ts';

/** Facts about the page and the mail for the head. */
export interface HeadFacts {
  readonly stylesheet: string;
  /** From the mail's meta element. */
  readonly colorScheme?: string;
  /** URL of a picture that represents the edition. */
  readonly picture?: string;
}

/**
 * The head of an edition's page: describes it for people, search engines, feed readers and link
 * previews.
 */
export function editionHead(
  input: EditionPageInput,
  { stylesheet, colorScheme, picture = '' }: HeadFacts,
): Element {
  const { edition, newsletter, plannedAt, siteTitle, url, feeds } = input;
  const named = (name: string, content: string | undefined) =>
    content === undefined || content === '' ? [] : [element('meta', { name, content })];
  const property = (name: string, content: string) =>
    content === '' ? [] : [element('meta', { property: name, content })];
  const nodes = [
    element('meta', { charset: 'utf-8' }),
    ...named('viewport', 'width=device-width, initial-scale=1'),
    ...named('color-scheme', colorScheme),
    ...named('generator', 'Broadsheet'),
    ...named('robots', newsletter.archive === 'noindex' ? 'noindex' : undefined),
    ...named('description', edition.preheader),
    element('title', {}, [`${edition.subject} · ${newsletter.name}`]),
    element('link', { rel: 'canonical', href: url }),
    ...feeds.map(({ type, title, url: href }) =>
      element('link', { rel: 'alternate', type, title, href }),
    ),
    ...property('og:type', 'article'),
    ...property('og:title', edition.subject),
    ...property('og:description', edition.preheader),
    ...property('og:url', url),
    ...property('og:image', picture),
    ...property('og:site_name', siteTitle),
    ...property('article:published_time', plannedAt),
    element('link', { rel: 'stylesheet', href: stylesheet }),
  ];
  return element(
    'head',
    {},
    nodes.flatMap((node) => ['\n', node]),
  );
}
