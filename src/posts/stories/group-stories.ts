import type { SameStorySettings } from '../../settings/settings.ts';
import { newestFirst, type Post } from '../post.ts';
import type { Story } from '../story.ts';
import { areAlike } from './sketch.ts';
import { StoryGroups } from './story-groups.ts';
import { titleKeys } from './title-key.ts';

/** If more posts share one second, the date is that of an import, not of a story. */
const MOST_COPIES = 5;
/**
 * A body is compared with at most this many earlier posts. This keeps an import with one date near
 * linear time.
 */
const MOST_NEIGHBOURS = 300;
const HOUR_MS = 3_600_000;

/**
 * Groups `posts` into stories, the story with the newest first post first.
 *
 * Two posts tell one story if
 * 1. their dates are equal to the second, with seconds other than :00 (a day alone or a round
 *    minute does not count), and at most five posts have that date; or
 * 2. their titles are equal without leading labels, case and punctuation, and at least one of them
 *    has a label; or
 * 3. their bodies are alike by `likeness` or more, and both have at least 25 words.
 *
 * All posts of a story lie within `withinHours`. The post shown is the newest complete one: its
 * body has at least half the words of the longest. The result does not depend on the order of
 * `posts`.
 */
export function groupStories(posts: readonly Post[], settings: SameStorySettings): Story[] {
  const oldestFirst = [...posts].sort((a, b) => newestFirst(b, a));
  const groups = new StoryGroups(oldestFirst, settings.withinHours);
  joinEqualDates(oldestFirst, groups);
  joinEqualTitles(oldestFirst, settings.labels, groups);
  joinAlikeBodies(oldestFirst, settings, groups);
  return groups
    .all()
    .map(storyOf)
    .sort((a, b) => newestFirst(a.first, b.first));
}

function joinEqualDates(posts: readonly Post[], groups: StoryGroups): void {
  const byDate = new Map<number, number[]>();
  posts.forEach((post, at) => {
    const milliseconds = post.date.epochMilliseconds;
    if (post.datePrecision !== 'second' || milliseconds % 60_000 === 0) return;
    append(byDate, milliseconds, at);
  });
  for (const [first = 0, ...others] of byDate.values()) {
    if (others.length >= MOST_COPIES) continue;
    for (const other of others) groups.join(first, other);
  }
}

function joinEqualTitles(
  posts: readonly Post[],
  labels: readonly string[],
  groups: StoryGroups,
): void {
  const keyOf = titleKeys(labels);
  const last = new Map<
    string,
    { at: number; labelled: boolean; lastLabelled: number | undefined }
  >();
  posts.forEach((post, at) => {
    const { key, labelled } = keyOf(post.title);
    if (key === '') return;
    const before = last.get(key);
    // A post without a label joins only a labelled one: two "Weekly notes" are not copies of each
    // other.
    const partner = labelled ? before?.at : before?.lastLabelled;
    if (partner !== undefined) groups.join(partner, at);
    last.set(key, { at, labelled, lastLabelled: labelled ? at : before?.lastLabelled });
  });
}

function joinAlikeBodies(
  posts: readonly Post[],
  { likeness, withinHours }: SameStorySettings,
  groups: StoryGroups,
): void {
  const milliseconds = Float64Array.from(posts, ({ date }) => date.epochMilliseconds);
  let start = 0;
  for (const [at, post] of posts.entries()) {
    const earliest = (milliseconds[at] ?? 0) - withinHours * HOUR_MS;
    while ((milliseconds[start] ?? 0) < earliest) start++;
    for (let before = at - 1; before >= Math.max(start, at - MOST_NEIGHBOURS); before--) {
      const other = posts[before];
      if (other === undefined || !groups.canJoin(before, at)) continue;
      if (areAlike(other.sketch, post.sketch, likeness)) groups.join(before, at);
    }
  }
}

function storyOf(posts: readonly Post[]): Story {
  const [oldest] = posts;
  if (oldest === undefined) throw new RangeError('a story has at least one post');
  if (posts.length === 1) return { shown: oldest, first: oldest, posts };
  const sorted = [...posts].sort(newestFirst);
  const longest = Math.max(...sorted.map(({ words }) => words));
  const shown = sorted.find(({ words }) => words * 2 >= longest) ?? oldest;
  return { shown, first: oldest, posts: sorted };
}

function append<K>(map: Map<K, number[]>, key: K, value: number): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
