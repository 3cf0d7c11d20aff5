import type { FastifyInstance } from 'fastify';
import { longDate } from '../../editions/digest/digest-scope.ts';
import { documentUrl, FORMATS } from '../../feeds/formats.ts';
import { oneLine } from '../../kernel/one-line.ts';
import { latestEditions } from '../latest-editions.ts';
import { sendForm } from './send-page.ts';
import { signUpForm } from './sign-up-form.ts';
import { type Site, viewOf } from './site.ts';

/** Titles of stories shown for an edition, besides its subject. */
const STORIES = 5;

/** `/`: a description, the form, the latest editions, the feeds. */
export function addHome(app: FastifyInstance, site: Site): void {
  const { common, deps } = site;
  const { newsletters } = common;
  const [only, ...others] = newsletters;
  // If there is only one newsletter, people know its name.
  const heading = only !== undefined && others.length === 0 ? only : common.site;
  const { title, description, lang } = { title: common.site.title, ...heading };
  const name = 'name' in heading ? heading.name : title;
  const feeds = deps.config.feeds.formats.map((format) => ({
    ...{ name: FORMATS[format].name, type: FORMATS[format].type },
    url: documentUrl(deps.config.publicUrl, '', format),
  }));
  app.get('/', async (_request, reply) => {
    const latest = await latestViews(site);
    const form =
      only === undefined ? null : signUpForm(site, { source: 'home', offered: newsletters });
    return sendForm(reply, site, {
      ...{ name: 'home', title: name, description, path: '', isIndexed: true },
      scope: { heading: { name, description, lang }, form, latest, feeds },
    });
  });
}

async function latestViews(site: Site): Promise<object[]> {
  const editions = await latestEditions(site.deps);
  return editions.map(({ newsletter, edition }) => {
    const [subject, preheader] = [oneLine(edition.subject), oneLine(edition.preheader)];
    const titles = edition.stories.map(oneLine).filter((title) => title !== subject);
    return {
      ...{ newsletter: viewOf(site, newsletter), subject },
      // The preheader names the next story, unless a template changes it. Show nothing twice.
      preheader: titles.some((title) => preheader.includes(title)) ? '' : preheader,
      day: edition.day,
      date: longDate(edition.day, site.texts.language),
      path: `${site.common.published}archive/${edition.id}/`,
      stories: titles.slice(0, STORIES),
    };
  });
}
