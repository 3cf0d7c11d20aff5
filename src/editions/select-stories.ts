import { newestFirst } from '../model/post.ts';
import type { NewsletterSettings } from '../model/settings.ts';
import type { Story } from '../model/story.ts';

/** The stories of an edition, by the room that each is meant to get. */
export interface Selection {
  readonly lead: Story;
  /** With picture and excerpt, after the lead. */
  readonly stories: readonly Story[];
  readonly headlines: readonly Story[];
  /** Too many to show: they belong to the edition all the same, and never come again. */
  readonly dropped: readonly Story[];
}

export interface SelectStoriesInput {
  readonly stories: readonly Story[];
  /** The id of every published post, by its file. */
  readonly idOf: ReadonlyMap<string, string>;
  /** Ids of all posts that are in an edition of this newsletter already. */
  readonly usedIds: ReadonlySet<string>;
  readonly newsletter: NewsletterSettings;
  readonly now: Temporal.Instant;
}

/**
 * The stories of the newsletter's next edition, newest first, or undefined when there are fewer
 * than `minimumStories`.
 *
 * A story is taken when it has one of the newsletter's categories (compared without case), none
 * of its posts is in an earlier edition, and the post it shows is dated in the `lookbackDays`
 * before `now`. A story that came late (dated before the last edition, and in none) is taken by
 * the same rule. The lead is the newest `featured` story, else the newest.
 */
export function selectStories(input: SelectStoriesInput): Selection | undefined {
  const { newsletter, now } = input;
  const taken = input.stories
    .filter((story) => isTaken(story, input))
    .toSorted((a, b) => newestFirst(a.shown, b.shown));
  const lead = taken.find(isFeatured) ?? taken[0];
  if (lead === undefined || taken.length < newsletter.minimumStories) return undefined;
  const others = taken.filter((story) => story !== lead);
  const shown = newsletter.stories - 1;
  const listed = shown + newsletter.headlines;
  void now;
  return {
    lead,
    stories: others.slice(0, shown),
    headlines: others.slice(shown, listed),
    dropped: others.slice(listed),
  };
}

function isFeatured(story: Story): boolean {
  return story.posts.some((post) => post.featured);
}

function isTaken(story: Story, { idOf, usedIds, newsletter, now }: SelectStoriesInput): boolean {
  const oldest = now.subtract({ hours: 24 * newsletter.lookbackDays });
  if (Temporal.Instant.compare(story.shown.date, oldest) < 0) return false;
  if (Temporal.Instant.compare(story.shown.date, now) > 0) return false;
  if (story.posts.some((post) => usedIds.has(idOf.get(post.file) ?? ''))) return false;
  if (newsletter.categories.length === 0) return true;
  const wanted = new Set(newsletter.categories.map(fold));
  return story.posts.some((post) => post.categories.some((name) => wanted.has(fold(name))));
}

function fold(name: string): string {
  return name.normalize('NFC').toLowerCase();
}
