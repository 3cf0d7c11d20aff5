import { textDirection } from '../../kernel/text-direction.ts';
import type { Texts } from '../../kernel/texts.ts';
import type { EditionPageInput, Neighbour } from './edition-page-input.ts';
import { type Element, element } from './html-tree.ts';
import type { SignUpLink } from './take-out-personal.ts';

/** Path from an edition's page to the top of the published folder. */
export const TOP = '../../';

/**
 * Link from an edition's page to the newsletter's sign-up form. Only listed newsletters have one.
 */
export function signUpLink({
  newsletter,
  service,
  texts,
}: EditionPageInput): SignUpLink | undefined {
  if (!newsletter.listed || service === undefined) return undefined;
  return { url: `${service}subscribe/${newsletter.id}/`, text: texts.text('site.archive.sign_up') };
}

/** The top of an edition's page: links to the site, to the other editions, and to sign-up. */
export function pageTop(input: EditionPageInput): Element {
  const { newsletter, siteTitle, texts } = input;
  const signUp = signUpLink(input);
  const links = [
    link(TOP, siteTitle),
    link(`../${newsletter.id}/`, texts.text('site.archive.all')),
    ...(signUp === undefined ? [] : [link(signUp.url, signUp.text)]),
  ];
  return frame('header', [navigation(texts.text('site.archive.navigation'), links)], texts);
}

/** The foot of an edition's page: links to the editions before and after. */
export function pageFoot({ earlier, later, texts }: EditionPageInput): Element {
  const neighbour = (edition: Neighbour | undefined, key: string, rel: string) =>
    edition === undefined
      ? []
      : [link(`../${edition.id}/`, texts.text(key, { subject: edition.subject }), rel)];
  const links = [
    ...neighbour(earlier, 'site.archive.earlier', 'prev'),
    ...neighbour(later, 'site.archive.later', 'next'),
  ];
  const children =
    links.length === 0 ? [] : [navigation(texts.text('site.archive.neighbours'), links)];
  return frame('footer', children, texts);
}

/** The stories that the mail only counts. */
export function moreStories({ edition, texts }: EditionPageInput): readonly Element[] {
  const stories = edition.posts.filter(({ role }) => role === 'web');
  if (stories.length === 0) return [];
  const items = stories.map(({ url, title }) => element('li', {}, [link(url, title)]));
  return [
    element('section', { class: 'archived-more' }, [
      element('h2', languageOf(texts), [texts.text('site.archive.more')]),
      element('ul', {}, items),
    ]),
  ];
}

function frame(tagName: string, children: readonly Element[], texts: Texts): Element {
  return element(tagName, { class: 'archived-frame', ...languageOf(texts) }, children);
}

/** Set on each element: the texts may be in another language than the edition. */
function languageOf({ language }: Texts) {
  return { lang: language, dir: textDirection(language) };
}

function navigation(label: string, links: readonly Element[]): Element {
  const items = links.map((each) => element('li', {}, [each]));
  return element('nav', { 'aria-label': label }, [element('ul', {}, items)]);
}

function link(href: string, text: string, rel?: string): Element {
  return element('a', { href, rel }, [text]);
}
