import { renderDigest } from '../editions/digest/render-digest.ts';
import { selectStories } from '../editions/digest/select-stories.ts';
import type { ComposeDependencies } from '../editions/edition-dependencies.ts';
import { openPictureCopies } from '../feeds/publish/picture-copies.ts';
import { reasonOf } from '../kernel/errors.ts';
import type { Problem } from '../kernel/problem.ts';
import { type CollectedPosts, collectPosts } from '../posts/collect-posts.ts';
import { type PostNotes, reportPosts } from '../posts/report-posts.ts';
import type { NewsletterSettings } from '../settings/settings.ts';
import { MAIL_KINDS, renderMail } from '../site/compose-mail.ts';
import { readTexts } from '../templates/read-texts.ts';
import { TEMPLATE_FILES } from '../templates/templates.ts';
import { compareSite, type SiteReport } from './compare-site.ts';

/** The findings of `check`. What is not listed is right. */
export interface CheckReport extends PostNotes {
  /** The newest post, to compare its address with the site's. */
  readonly newest?: { readonly file: string; readonly url: string };
  /** The posts compared with the built site; absent if there is none. */
  readonly site?: SiteReport;
  /** The templates that were rendered, by file name. */
  readonly templates: readonly string[];
}

/** The dependencies of a check: no database. */
export type CheckDependencies = Omit<ComposeDependencies, 'store'>;

/**
 * Reads and renders every post, and every template for every newsletter, and compares the posts with the
 * site in `against` (`compareSite`). Changes nothing. Throws a config
 * error for a template that does not render, or an invalid language file.
 */
export async function checkProject(
  deps: CheckDependencies,
  against: string | undefined,
): Promise<CheckReport> {
  const { config, clock, log } = deps;
  const { copyPicture } = openPictureCopies(config);
  const collected = collectPosts(config, { now: clock(), log, copyPicture });
  const rendering = renderEveryPost(deps, collected);
  const broken = new Set(rendering.broken.map(({ file }) => file));
  const stories = collected.stories.filter(({ shown }) => !broken.has(shown.file));
  for (const newsletter of config.newsletters) {
    await renderEveryTemplate(deps, newsletter, { ...collected, stories });
  }
  const warnings = [...collected.warnings, ...rendering.warnings];
  const [post] = collected.folder.posts;
  return {
    ...reportPosts(collected.folder, collected.stories, rendering.broken, warnings),
    newest: post && { file: post.file, url: post.url },
    site: await compareSite(config, collected, against),
    templates: config.newsletters.length > 0 ? Object.values(TEMPLATE_FILES) : [],
  };
}

function renderEveryPost(
  { log }: CheckDependencies,
  { folder, render }: CollectedPosts,
): { readonly broken: readonly Problem[]; readonly warnings: readonly Problem[] } {
  const broken: Problem[] = [];
  const warnings: Problem[] = [];
  for (const [at, post] of folder.posts.entries()) {
    log.progress('Checking posts', at, folder.posts.length);
    try {
      warnings.push(...render(post).warnings);
    } catch (error) {
      broken.push({ file: post.file, message: reasonOf(error) });
    }
  }
  return { broken, warnings };
}

/** Renders the digest of the newest stories, whatever was sent before, and the transactional mails. */
async function renderEveryTemplate(
  { config, templates }: CheckDependencies,
  settings: NewsletterSettings,
  { stories, idOf, render }: CollectedPosts,
): Promise<void> {
  // A trial edition with any posts there are: the templates need some content.
  const newsletter = { ...settings, minimumStories: 1, categories: [], languages: [] };
  const { publicUrl, serviceUrl, site } = config;
  const texts = readTexts(config.folders.languages)(newsletter.language);
  for (const kind of MAIL_KINDS) {
    await renderMail({
      kind,
      templates,
      texts,
      newsletters: [newsletter],
      site,
      publicUrl,
      address: newsletter.from.address,
      url: publicUrl,
      unsubscribeUrl: publicUrl,
    });
  }
  const now = stories[0]?.shown.date;
  if (now === undefined) return;
  const selection = selectStories({
    ...{ stories, idOf, usedIds: new Set<string>(), newsletter, now },
    posts: config.posts,
    site,
  });
  if (selection === undefined) return;
  const day = now.toZonedDateTimeISO(newsletter.timeZone).toPlainDate().toString();
  await renderDigest({
    templates,
    newsletter,
    site,
    texts,
    publicUrl,
    serviceUrl,
    editionId: `${newsletter.id}-${day}`,
    day,
    selection,
    idOf,
    render: (post) => render(post).rendered,
  });
}
