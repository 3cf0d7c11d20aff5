import { newestFirst, type Post } from '../model/post.ts';
import type { SameStorySettings } from '../model/settings.ts';
import type { Story } from '../model/story.ts';
import { bandsOf, likenessOf, MOST_BANDS } from './sketch.ts';
import { StoryGroups } from './story-groups.ts';
import { titleKeys } from './title-key.ts';

/** More posts of one second than these are an import's stamp, not a story's date. */
const MOST_COPIES = 5;
/** How many posts with a band in common are looked at, from the newest: keeps it near linear. */
const MOST_CANDIDATES = 4;

/**
 * The stories that `posts` tell (DESIGN: *Same story*), the one with the newest first post first.
 * Two posts tell one story when
 *
 * 1. their dates are equal to the second, where seconds other than :00 were written (a day alone
 *    or a round minute says nothing), and no more than five posts have that date; or
 * 2. their titles are equal, but for case and punctuation, once leading labels are taken off,
 *    and one of them has a label; or
 * 3. their bodies are alike by `likeness` or more, where both have some 25 words.
 *
 * All posts of a story lie within `withinHours`. Shown is the newest complete post: one whose
 * body has at least half the words of the longest. The outcome does not depend on the order of
 * `posts`.
 */
export function groupStories(posts: readonly Post[], settings: SameStorySettings): Story[] {
  const oldestFirst = [...posts].sort((a, b) => newestFirst(b, a));
  const groups = new StoryGroups(oldestFirst, settings.withinHours);
  joinEqualDates(oldestFirst, groups);
  joinEqualTitles(oldestFirst, settings.labels, groups);
  joinAlikeBodies(oldestFirst, settings.likeness, groups);
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
    // A post without a label joins only one that has a label: "Weekly notes" is no one's copy.
    const partner = labelled ? before?.at : before?.lastLabelled;
    if (partner !== undefined) groups.join(partner, at);
    last.set(key, { at, labelled, lastLabelled: labelled ? at : before?.lastLabelled });
  });
}

function joinAlikeBodies(posts: readonly Post[], likeness: number, groups: StoryGroups): void {
  const keys = bandKeys(posts);
  for (let at = 1; at < keys.length; at++) {
    const { band, post } = splitKey(keys[at] ?? 0, posts.length);
    const start = Math.max(0, at - MOST_CANDIDATES);
    for (let before = at - 1; before >= start; before--) {
      const other = splitKey(keys[before] ?? 0, posts.length);
      if (other.band !== band) break;
      if (!groups.canJoin(other.post, post)) continue;
      const [a, b] = [posts[other.post], posts[post]];
      if (a && b && likenessOf(a.sketch, b.sketch) >= likeness) groups.join(other.post, post);
    }
  }
}

/**
 * Every band of every post in one sorted array, so that posts with a band in common are neighbours,
 * oldest first: a number is the band and the post's place, which takes a tenth of a map's memory.
 */
function bandKeys(posts: readonly Post[]): Float64Array {
  const keys = new Float64Array(posts.length * MOST_BANDS);
  let length = 0;
  posts.forEach(({ sketch }, at) => {
    for (const band of bandsOf(sketch)) keys[length++] = band * posts.length + at;
  });
  return keys.subarray(0, length).sort();
}

function splitKey(key: number, count: number): { band: number; post: number } {
  const post = key % count;
  return { band: (key - post) / count, post };
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
