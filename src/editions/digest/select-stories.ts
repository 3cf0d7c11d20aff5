import { newestFirst, type Post, type Story } from '../../posts/post.ts';
import { labelRemover, labelsOf } from '../../posts/stories/group-stories.ts';
import type { NewsletterSettings, PostSettings, SiteSettings } from '../../settings/settings.ts';

/** The stories of an edition, by the room each should get. */
export interface Selection {
  readonly lead: Story;
  /** With picture and excerpt, after the lead. */
  readonly stories: readonly Story[];
  readonly headlines: readonly Story[];
  /** Too many to show. They still belong to the edition, and are not used again. */
  readonly dropped: readonly Story[];
}

export interface SelectStoriesInput {
  readonly stories: readonly Story[];
  /** The id of every published post, by file. */
  readonly idOf: ReadonlyMap<string, string>;
  /** Ids of all posts that are already in an edition of this newsletter. */
  readonly usedIds: ReadonlySet<string>;
  readonly newsletter: NewsletterSettings;
  readonly posts: Pick<PostSettings, 'sameStory'>;
  readonly site: Pick<SiteSettings, 'language'>;
  readonly now: Temporal.Instant;
}

/**
 * Selects the stories of the newsletter's next edition, newest first. Undefined if there are fewer
 * than `minimumStories`.
 *
 * A story is selected if it has one of the newsletter's categories (compared without case) and is in one
 * of its languages, if none
 * of its posts is in an earlier edition, and if its shown post is dated in the `lookbackDays`
 * before `now`. The same rule selects a late story (dated before the last edition, and in none).
 * The lead is the newest `featured` story, else the newest. Titles are as the newsletter shows them:
 * without leading labels, if it takes them off.
 */
export function selectStories(input: SelectStoriesInput): Selection | undefined {
  const { newsletter } = input;
  const taken = input.stories
    .filter(conditionsOf(input))
    .map(asShown(input))
    .toSorted((a, b) => newestFirst(a.shown, b.shown));
  const lead = taken.find(isFeatured) ?? taken[0];
  if (lead === undefined || taken.length < newsletter.minimumStories) return undefined;
  const others = taken.filter((story) => story !== lead);
  const shown = newsletter.stories - 1;
  const listed = shown + newsletter.headlines;
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

function asShown({ newsletter, posts: { sameStory } }: SelectStoriesInput) {
  if (newsletter.labels === 'keep') return (story: Story) => story;
  const withoutLabel = labelRemover(labelsOf(sameStory));
  return (story: Story): Story => {
    const title = withoutLabel(story.shown.title);
    if (title === story.shown.title) return story;
    const shown = { ...story.shown, title };
    return {
      ...story,
      shown,
      posts: story.posts.map((post) => (post === story.shown ? shown : post)),
    };
  };
}

function conditionsOf({ idOf, usedIds, newsletter, site, now }: SelectStoriesInput) {
  const oldest = now.subtract({ hours: 24 * newsletter.lookbackDays });
  const wanted = new Set(newsletter.categories.map(fold));
  const isWanted = (post: Post) => post.categories.some((name) => wanted.has(fold(name)));
  const isUsed = (post: Post) => usedIds.has(idOf.get(post.file) ?? '');
  const isInLanguage = ({ language = site.language }: Post) =>
    newsletter.languages.some((tag) => `${language}-`.startsWith(`${tag}-`));
  return ({ shown, posts }: Story): boolean =>
    Temporal.Instant.compare(shown.date, oldest) >= 0 &&
    Temporal.Instant.compare(shown.date, now) <= 0 &&
    (wanted.size === 0 || posts.some(isWanted)) &&
    (newsletter.languages.length === 0 || isInLanguage(shown)) &&
    !posts.some(isUsed);
}

function fold(name: string): string {
  return name.normalize('NFC').trim().toLowerCase();
}
