import type { FastifyInstance } from 'fastify';
import { longDate } from '../../editions/digest/digest-scope.ts';
import { latestEdition } from '../../editions/queries/archived-editions.ts';
import { mainFeeds } from '../../feeds/formats.ts';
import { oneLine } from '../../kernel/one-line.ts';
import {
  type LatestPost,
  leadView,
  newestPosts,
  readLatestPosts,
} from '../../pages/latest-posts.ts';

import { signUpForm } from './form.ts';
import { formPage, type Site, viewOf } from './site.ts';

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
  const feeds = mainFeeds(deps.config.feeds);
  const pageWith = async (token: string) => {
    const form = only ? signUpForm(site, { source: 'home', offered: newsletters, token }) : null;
    return {
      name: 'home' as const,
      title: heading.name,
      description: heading.description,
      path: '',
      isIndexed: true,
      scope: { heading, form, ...(await latestOf(site)), feeds },
    };
  };
  app.get('/', formPage(site, pageWith));
}

/** The latest editions; the newest posts if there is none yet. */
async function latestOf(site: Site) {
  const posts = readLatestPosts(site.deps.config.folders.output);
  const editions = await latestEditions(site, posts);
  return editions.length > 0
    ? { latest: editions, has_editions: true }
    : { latest: newestPosts(posts, site.texts), has_editions: false };
}

/** The latest edition of each newsletter that is offered and has an archive, newest first. */
async function latestEditions(site: Site, posts: readonly LatestPost[]): Promise<object[]> {
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
    const stories = edition.stories.map(({ title, url }) => ({ title: oneLine(title), url }));
    const others = stories.filter(({ title }) => title !== subject);
    const lead = leadView(posts.find(({ url }) => url === stories[0]?.url));
    const view = viewOf(site, newsletter);
    // The preheader names the next story, unless a template changes it. Show nothing twice.
    const isNews = !others.some(({ title }) => preheader.includes(title));
    return [
      {
        newsletter: view,
        subject,
        image: lead.image,
        standfirst: lead.standfirst || (isNews ? preheader : ''),
        day: edition.day,
        date: longDate(edition.day, texts.language),
        path: `${common.published}archive/${edition.id}/`,
        stories: others.slice(0, STORIES).map((story) => ({ ...story, lang: view.lang })),
      },
    ];
  });
  return views.toSorted((a, b) => (a.day < b.day ? 1 : -1));
}
