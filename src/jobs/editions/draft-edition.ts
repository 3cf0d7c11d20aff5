import { reasonOf } from '../../base/errors.ts';
import { renderDigest } from '../../editions/render-digest.ts';
import { type Selection, selectStories } from '../../editions/select-stories.ts';
import type { Edition } from '../../model/edition.ts';
import type { Problem } from '../../model/problem.ts';
import type { NewsletterSettings } from '../../model/settings.ts';
import type { Story } from '../../model/story.ts';
import { editionIdsOfDay, usedPostIds } from '../../store/editions.ts';
import { storedInstant } from '../../store/instants.ts';
import { type CollectedPosts, collectPosts } from '../feeds/collect-posts.ts';
import { reportPosts } from '../feeds/report-posts.ts';
import type { ComposeDependencies } from '../mail-dependencies.ts';
import type { EditionDraft } from './edition-draft.ts';

/**
 * Composes the edition of the newsletter that is due at the clock's instant, and stores nothing.
 * With `replacing`, a stored edition that nobody has got, it gets that one's id and day, and may have its
 * posts. `remember` writes down the ids that the posts were given: to be called before it is stored.
 */
export async function draftEdition(
  deps: ComposeDependencies,
  newsletter: NewsletterSettings,
  replacing?: Edition,
): Promise<EditionDraft & { readonly remember: () => void }> {
  const now = deps.clock();
  const collected = collectPosts(deps.config, { now, log: deps.log, remember: true });
  const usedIds = await usedPostIds(deps.store.db, newsletter.id, replacing?.id);
  const { selection, broken } = select(collected, (stories) =>
    selectStories({ stories, idOf: collected.idOf, usedIds, newsletter, now }),
  );
  const drafted =
    selection === undefined
      ? { edition: undefined, warnings: [] }
      : await render(deps, newsletter, collected, { selection, now, replacing });
  return {
    ...reportPosts(collected.folder, broken, [...collected.warnings, ...drafted.warnings]),
    edition: drafted.edition,
    remember: () => collected.save(),
  };
}

/** Selects until every post that is to be shown can be rendered; the broken ones are left out. */
function select(
  collected: CollectedPosts,
  choose: (stories: readonly Story[]) => Selection | undefined,
): { readonly selection: Selection | undefined; readonly broken: readonly Problem[] } {
  const broken = new Map<Story, Problem>();
  for (;;) {
    const selection = choose(collected.stories.filter((story) => !broken.has(story)));
    const shown = selection === undefined ? [] : [selection.lead, ...selection.stories];
    const before = broken.size;
    for (const story of shown) {
      try {
        collected.render(story.shown);
      } catch (error) {
        broken.set(story, { file: story.shown.file, message: reasonOf(error) });
      }
    }
    if (broken.size === before) return { selection, broken: [...broken.values()] };
  }
}

interface DraftPlan {
  readonly selection: Selection;
  readonly now: Temporal.Instant;
  readonly replacing: Edition | undefined;
}

async function render(
  { config, store, templates }: ComposeDependencies,
  newsletter: NewsletterSettings,
  collected: CollectedPosts,
  { selection, now, replacing }: DraftPlan,
): Promise<{ readonly edition: Edition; readonly warnings: readonly Problem[] }> {
  const today = now.toZonedDateTimeISO(newsletter.timeZone).toPlainDate().toString();
  const day = replacing?.day ?? today;
  const id =
    replacing?.id ??
    freeId(`${newsletter.id}-${day}`, await editionIdsOfDay(store.db, newsletter.id, day));
  const warnings = new Map<string, readonly Problem[]>();
  const digest = await renderDigest({
    templates,
    newsletter,
    site: config.site,
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
  const { subject, preheader, html, text, posts } = digest;
  const file = templates.digestMjml.file;
  return {
    edition: {
      ...{ id, newsletter: newsletter.id, day, subject, preheader, html, text, posts },
      composedAt: storedInstant(now),
    },
    warnings: [
      ...[...warnings.values()].flat(),
      ...digest.warnings.map((message) => ({ file, message })),
    ],
  };
}

function freeId(first: string, taken: ReadonlySet<string>): string {
  let id = first;
  for (let number = 2; taken.has(id); number += 1) id = `${first}-${number}`;
  return id;
}
