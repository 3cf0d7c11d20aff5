import { storedInstant } from '../../database/instants.ts';
import { openPictureCopies, type PictureCopies } from '../../feeds/publish/picture-copies.ts';
import { Publication } from '../../feeds/publish/publish.ts';
import { runApart } from '../../kernel/apart/run-apart.ts';
import { reasonOf } from '../../kernel/errors.ts';
import type { Log } from '../../kernel/log.ts';
import type { Problem } from '../../kernel/problem.ts';
import { type CollectedPosts, collectPosts } from '../../posts/collect-posts.ts';
import type { Story } from '../../posts/post.ts';
import { type PostNotes, reportPosts } from '../../posts/report-posts.ts';
import { weeklySisterOf } from '../../settings/find-newsletter.ts';
import type { NewsletterSettings } from '../../settings/settings.ts';
import { readTexts } from '../../templates/read-texts.ts';
import { renderDigest } from '../digest/render-digest.ts';
import { type Selection, selectStories } from '../digest/select-stories.ts';
import type { Edition } from '../edition.ts';
import type { ComposeDependencies } from '../edition-dependencies.ts';
import { editionIdsOfDay, usedPostIds } from '../queries/editions.ts';

/** The edition that would be composed now. `undefined` if there are no new stories, or too few. */
export interface EditionDraft extends PostNotes {
  readonly edition: Edition | undefined;
}

/** A composed edition that is not stored yet. */
export interface Draft extends EditionDraft {
  /**
   * Saves the new ids of the posts, and publishes the pictures of the edition that the feeds copy. Call it
   * before storing the edition.
   */
  readonly saveFiles: () => Promise<void>;
}

/** Composes the next edition of a newsletter, in this process or in its own. */
export type DraftNext = (
  deps: ComposeDependencies,
  newsletter: NewsletterSettings,
) => Promise<Draft>;

/** The program of the compose process. */
const PROGRAM = new URL('./compose-process', import.meta.url);

/** 20,000 posts take seconds. Composing that takes this long never ends. */
const LIMIT_MS = 300_000;

/** Everything that composing needs besides the posts. Can be sent to another process. */
export type DraftOrder = Awaited<ReturnType<typeof orderDraft>>;

/**
 * Composes the newsletter's edition that is due at the clock's time, and stores nothing. With
 * `replacing`, a stored edition that nobody has received, the new one gets its id and day, and may
 * use its posts.
 */
export async function draftEdition(
  deps: ComposeDependencies,
  newsletter: NewsletterSettings,
  replacing?: Edition,
): Promise<Draft> {
  return draftFrom(await orderDraft(deps, newsletter, replacing), deps.log);
}

/** More than any archive of posts. */
const SAMPLE_DAYS = 36_500;

/**
 * Composes an edition of the newest stories, whatever their age, also if they were in an edition: to look
 * at on a day without news. It must not be stored.
 */
export async function draftSample(
  deps: ComposeDependencies,
  newsletter: NewsletterSettings,
): Promise<EditionDraft> {
  const settings = { ...newsletter, lookbackDays: SAMPLE_DAYS, minimumStories: 1 };
  const order = await orderDraft(deps, settings);
  const sample = { ...order, usedIds: new Set<string>(), isSample: true };
  const { saveFiles: _saveFiles, ...draft } = await draftFrom(sample, deps.log);
  return draft;
}

/**
 * Runs `draftEdition` in its own process, which has saved the ids of the posts when this returns.
 * Throws the errors of `draftEdition` and of `runApart`.
 */
export async function draftApart(
  deps: ComposeDependencies,
  newsletter: NewsletterSettings,
  signal: AbortSignal,
  limitMs = LIMIT_MS,
): Promise<Draft> {
  const options = { program: PROGRAM, name: 'composing the edition', signal, limitMs };
  const draft = await runApart<EditionDraft>(await orderDraft(deps, newsletter), options);
  return { ...draft, async saveFiles() {} };
}

/** Reads from the database what `draftFrom` needs. */
async function orderDraft(
  { config, store, clock, templates }: ComposeDependencies,
  newsletter: NewsletterSettings,
  replacing?: Edition,
) {
  const now = clock();
  return {
    config,
    newsletter,
    templates,
    /** ISO 8601 instant when the edition is due. */
    now: now.toString(),
    replacing,
    /** Posts that are already in an edition of the newsletter. */
    usedIds: await usedPostIds(store.db, newsletter.id, replacing?.id),
    /** To look at: it has the newest stories only, not all that there are. */
    isSample: false,
    /** Ids of editions of the same day. */
    takenIds: await editionIdsOfDay(store.db, newsletter.id, dayOf(newsletter, now)),
  };
}

/** Composes the edition of an order without the database. Reads the posts. */
export async function draftFrom(order: DraftOrder, log: Log): Promise<Draft> {
  const { config, newsletter, usedIds, isSample } = order;
  const now = Temporal.Instant.from(order.now);
  const pictures = openPictureCopies(config);
  const collected = collectPosts(config, { now, log, copyPicture: pictures.copyPicture });
  const { selection, broken } = select(collected, (stories) =>
    selectStories({
      stories,
      idOf: collected.idOf,
      usedIds,
      newsletter,
      posts: config.posts,
      site: config.site,
      now,
    }),
  );
  const drafted =
    selection === undefined
      ? { edition: undefined, warnings: [] }
      : await render(order, collected, isSample ? { ...selection, dropped: [] } : selection, now);
  return {
    ...reportPosts(collected.folder, collected.stories, broken, [
      ...collected.warnings,
      ...drafted.warnings,
    ]),
    edition: drafted.edition,
    async saveFiles() {
      collected.save();
      await publishPictures(config.folders.output, pictures);
    },
  };
}

/** The mail may be sent before the next build. */
async function publishPictures(output: string, pictures: PictureCopies): Promise<void> {
  if (pictures.isEmpty()) return;
  const publication = new Publication(output);
  try {
    pictures.put(publication);
    await publication.commit();
  } finally {
    publication.close();
  }
}

/** Selects again until every shown post can be rendered. Broken posts are left out. */
function select(
  collected: CollectedPosts,
  choose: (stories: readonly Story[]) => Selection | undefined,
): { readonly selection: Selection | undefined; readonly broken: readonly Problem[] } {
  const broken = new Map<string, Problem>();
  for (;;) {
    const selection = choose(collected.stories.filter(({ shown }) => !broken.has(shown.file)));
    const taken = selection === undefined ? [] : [selection.lead, ...selection.stories];
    const before = broken.size;
    for (const { shown } of taken) {
      try {
        collected.render(shown);
      } catch (error) {
        broken.set(shown.file, { file: shown.file, message: reasonOf(error) });
      }
    }
    if (broken.size === before) return { selection, broken: [...broken.values()] };
  }
}

async function render(
  { config, newsletter, templates, takenIds, replacing }: DraftOrder,
  collected: CollectedPosts,
  selection: Selection,
  now: Temporal.Instant,
): Promise<{ readonly edition: Edition; readonly warnings: readonly Problem[] }> {
  const day = replacing?.day ?? dayOf(newsletter, now);
  const id = replacing?.id ?? freeId(`${newsletter.id}-${day}`, takenIds);
  const warnings = new Map<string, readonly Problem[]>();
  const { warnings: ofDigest, ...digest } = await renderDigest({
    templates,
    newsletter,
    weekly: config.serviceUrl === undefined ? undefined : weeklySisterOf(config, newsletter.id),
    site: config.site,
    texts: readTexts(config.folders.languages)(newsletter.language),
    publicUrl: config.publicUrl,
    serviceUrl: config.serviceUrl,
    editionId: id,
    day,
    selection,
    idOf: collected.idOf,
    render(post) {
      const { rendered, warnings: found } = collected.render(post);
      warnings.set(post.file, found);
      return rendered;
    },
  });
  const file = templates.digestMjml.file;
  return {
    edition: {
      id,
      newsletter: newsletter.id,
      day,
      ...digest,
      composedAt: storedInstant(now),
    },
    warnings: [...[...warnings.values()].flat(), ...ofDigest.map((message) => ({ file, message }))],
  };
}

function dayOf({ timeZone }: NewsletterSettings, now: Temporal.Instant): string {
  return now.toZonedDateTimeISO(timeZone).toPlainDate().toString();
}

function freeId(first: string, taken: ReadonlySet<string>): string {
  let id = first;
  for (let number = 2; taken.has(id); number += 1) id = `${first}-${number}`;
  return id;
}
