import type { FastifyInstance } from 'fastify';
import { longDate } from '../../editions/digest/digest-scope.ts';
import { latestEdition } from '../../editions/queries/archived-editions.ts';
import { documentUrl, FORMATS } from '../../feeds/formats.ts';
import { oneLine } from '../../kernel/one-line.ts';
import { signUpForm } from './form.ts';
import { type Site, sendForm, viewOf } from './site.ts';

/** Titles of stories shown for an edition, besides its subject. */
const STORIES = 5;

/** `/`: a description, the form, the latest editions, the feeds. */
export function addHome(app: FastifyInstance, site: Site): void {
  const { common, deps } = site;
  const { newsletters } = common;
  const [only, ...others] = newsletters;
  const { title, description, lang } = common.site;
  // If there is only one newsletter, people know its name.
  const heading =
    only !== undefined && others.length === 0 ? only : { name: title, description, lang };
  const feeds = deps.config.feeds.formats.map((format) => ({
    name: FORMATS[format].name,
    type: FORMATS[format].type,
    url: documentUrl(deps.config.publicUrl, '', format),
  }));
  app.get('/', async (_request, reply) => {
    const form = only ? signUpForm(site, { source: 'home', offered: newsletters }) : null;
    return sendForm(reply, site, {
      name: 'home',
      title: heading.name,
      description: heading.description,
      path: '',
      isIndexed: true,
      scope: { heading, form, latest: await latestEditions(site), feeds },
    });
  });
}

/** The latest edition of each newsletter that is offered and has an archive, newest first. */
async function latestEditions(site: Site): Promise<object[]> {
  const { deps, common, texts } = site;
  const shown = deps.config.newsletters.filter(
    ({ listed, archive }) => listed && archive !== 'off',
  );
  const found = await Promise.all(
    shown.map(async (newsletter) => ({
      newsletter,
      edition: await latestEdition(deps.store.db, newsletter.id),
    })),
  );
  const views = found.flatMap(({ newsletter, edition }) => {
    if (edition === undefined) return [];
    const [subject, preheader] = [oneLine(edition.subject), oneLine(edition.preheader)];
    const titles = edition.stories.map(oneLine).filter((title) => title !== subject);
    return [
      {
        newsletter: viewOf(site, newsletter),
        subject,
        // The preheader names the next story, unless a template changes it. Show nothing twice.
        preheader: titles.some((title) => preheader.includes(title)) ? '' : preheader,
        day: edition.day,
        date: longDate(edition.day, texts.language),
        path: `${common.published}archive/${edition.id}/`,
        stories: titles.slice(0, STORIES),
      },
    ];
  });
  return views.toSorted((a, b) => (a.day < b.day ? 1 : -1));
}
