import { storedInstant } from '../database/instants.ts';
import type { GateFinding } from '../delivery/gate/finding.ts';
import { inspectEdition } from '../delivery/gate/inspect-edition.ts';
import { renderDigest } from '../editions/digest/render-digest.ts';
import { selectStories } from '../editions/digest/select-stories.ts';
import type { ComposeDependencies } from '../editions/edition-dependencies.ts';
import { openPictureCopies } from '../feeds/publish/picture-copies.ts';
import { reasonOf } from '../kernel/errors.ts';
import type { Problem } from '../kernel/problem.ts';
import type { TextsOf } from '../kernel/texts.ts';
import { type CollectedPosts, collectPosts } from '../posts/collect-posts.ts';
import { type PostNotes, reportPosts } from '../posts/report-posts.ts';
import type { NewsletterSettings } from '../settings/settings.ts';
import { MAIL_KINDS, renderMail } from '../site/compose-mail.ts';
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
  /** What the gate finds in a digest of the newest stories, by newsletter. */
  readonly findings: readonly NewsletterFinding[];
}

/** A finding about one newsletter. */
export interface NewsletterFinding extends GateFinding {
  readonly newsletter: string;
}

/** The dependencies of a check: no database. */
export type CheckDependencies = Omit<ComposeDependencies, 'store'> & { readonly textsOf: TextsOf };

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
  const findings: NewsletterFinding[] = [];
  for (const newsletter of config.newsletters) {
    const found = await renderEveryTemplate(deps, newsletter, { ...collected, stories });
    findings.push(...found.map((finding) => ({ newsletter: newsletter.id, ...finding })));
  }
  const warnings = [...collected.warnings, ...rendering.warnings];
  const [post] = collected.folder.posts;
  return {
    ...reportPosts(collected.folder, collected.stories, rendering.broken, warnings),
    newest: post && { file: post.file, url: post.url },
    site: await compareSite(config, collected, against),
    templates: config.newsletters.length > 0 ? Object.values(TEMPLATE_FILES) : [],
    findings,
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

/**
 * Renders the transactional mails, and the digest of the newest stories, whatever was sent before. Returns what
 * the gate finds in it.
 */
async function renderEveryTemplate(
  deps: CheckDependencies,
  settings: NewsletterSettings,
  { stories, idOf, render }: CollectedPosts,
): Promise<readonly GateFinding[]> {
  const { config, templates, textsOf } = deps;
  // A trial edition with any posts there are: the templates need some content.
  const newsletter = { ...settings, minimumStories: 1, categories: [], languages: [] };
  const { publicUrl, serviceUrl, site } = config;
  const texts = textsOf(newsletter.language);
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
  if (now === undefined) return [];
  const selection = selectStories({
    ...{ stories, idOf, usedIds: new Set<string>(), newsletter, now },
    posts: config.posts,
    site,
  });
  if (selection === undefined) return [];
  const day = now.toZonedDateTimeISO(newsletter.timeZone).toPlainDate().toString();
  const id = `${newsletter.id}-${day}`;
  const digest = await renderDigest({
    templates,
    newsletter,
    site,
    texts,
    publicUrl,
    serviceUrl,
    editionId: id,
    day,
    selection,
    idOf,
    render: (post) => render(post).rendered,
  });
  const composedAt = storedInstant(now);
  const edition = { id, newsletter: newsletter.id, day, ...digest, composedAt };
  return inspectEdition(deps, newsletter, edition);
}
