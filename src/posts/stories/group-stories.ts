import type { SameStorySettings } from '../../settings/settings.ts';
import { newestFirst, type Post, type Story } from '../post.ts';
import { areAlike } from './sketch.ts';

/** If more posts share one second, the date is that of an import, not of a story. */
const MOST_COPIES = 5;
/** A body is compared with at most this many earlier ones: many posts may have one date. */
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
  const oldestFirst = posts.toSorted((a, b) => newestFirst(b, a));
  const groups = new Groups(oldestFirst, settings.withinHours * HOUR_MS);
  joinEqualDates(oldestFirst, groups);
  joinEqualTitles(oldestFirst, settings.labels, groups);
  joinAlikeBodies(oldestFirst, settings.likeness, groups);
  return groups
    .all()
    .map((group) => storyOf(group.map((at) => oldestFirst[at] as Post)))
    .sort((a, b) => newestFirst(a.first, b.first));
}

interface Group {
  /** Indexes of posts. The smallest and the largest are also `first` and `last`. */
  readonly posts: number[];
  first: number;
  last: number;
}

/**
 * Posts being joined into stories, by their index in a list sorted oldest first. A join that would
 * make a story longer than `withinMs` is not made.
 */
class Groups {
  /** Milliseconds of each post's date. */
  readonly dates: Float64Array;
  readonly withinMs: number;
  /** The group of each post. */
  readonly #groups: Group[];

  constructor(oldestFirst: readonly Post[], withinMs: number) {
    this.dates = Float64Array.from(oldestFirst, ({ date }) => date.epochMilliseconds);
    this.withinMs = withinMs;
    this.#groups = oldestFirst.map((_post, at) => ({ posts: [at], first: at, last: at }));
  }

  /** Whether the two posts are in different groups that can be joined. */
  canJoin(a: number, b: number): boolean {
    const [one, other] = [this.#groups[a], this.#groups[b]];
    if (one === undefined || other === undefined || one === other) return false;
    const oldest = this.dates[Math.min(one.first, other.first)] ?? 0;
    const newest = this.dates[Math.max(one.last, other.last)] ?? 0;
    return newest - oldest <= this.withinMs;
  }

  join(a: number, b: number): void {
    const [one, other] = [this.#groups[a], this.#groups[b]];
    if (one === undefined || other === undefined || !this.canJoin(a, b)) return;
    // Moving the smaller group takes little time, also if all posts end in one.
    const [small, large] = one.posts.length < other.posts.length ? [one, other] : [other, one];
    for (const at of small.posts) {
      this.#groups[at] = large;
      large.posts.push(at);
    }
    large.first = Math.min(one.first, other.first);
    large.last = Math.max(one.last, other.last);
  }

  /** The posts of each group. */
  all(): readonly (readonly number[])[] {
    return [...new Set(this.#groups)].map(({ posts }) => posts);
  }
}

function joinEqualDates(posts: readonly Post[], groups: Groups): void {
  const exact = [...posts.keys()].filter((at) => {
    const { datePrecision, date } = posts[at] as Post;
    return datePrecision === 'second' && date.epochMilliseconds % 60_000 !== 0;
  });
  for (const [first = 0, ...others] of Map.groupBy(exact, (at) => groups.dates[at]).values()) {
    if (others.length >= MOST_COPIES) continue;
    for (const other of others) groups.join(first, other);
  }
}

function joinEqualTitles(posts: readonly Post[], labels: readonly string[], groups: Groups): void {
  const keyOf = titleKeys(labels);
  /** The last post with each title, and the last one with a label. */
  const last = new Map<string, { readonly at: number; readonly lastLabelled?: number }>();
  posts.forEach((post, at) => {
    const { key, labelled } = keyOf(post.title);
    if (key === '') return;
    const before = last.get(key);
    // A post without a label joins only a labelled one: two "Weekly notes" are not copies of each
    // other.
    const partner = labelled ? before?.at : before?.lastLabelled;
    if (partner !== undefined) groups.join(partner, at);
    last.set(key, { at, lastLabelled: labelled ? at : before?.lastLabelled });
  });
}

function joinAlikeBodies(posts: readonly Post[], likeness: number, groups: Groups): void {
  const { dates, withinMs } = groups;
  let start = 0;
  for (const [at, post] of posts.entries()) {
    while ((dates[start] ?? 0) < (dates[at] ?? 0) - withinMs) start++;
    for (let before = at - 1; before >= Math.max(start, at - MOST_NEIGHBOURS); before--) {
      const other = posts[before];
      if (other === undefined || !groups.canJoin(before, at)) continue;
      if (areAlike(other.sketch, post.sketch, likeness)) groups.join(before, at);
    }
  }
}

function storyOf(group: readonly Post[]): Story {
  const posts = group.toSorted(newestFirst);
  const first = posts.at(-1);
  if (first === undefined) throw new RangeError('a story has at least one post');
  const longest = Math.max(...posts.map(({ words }) => words));
  const shown = posts.find(({ words }) => words * 2 >= longest) ?? first;
  return { shown, first, posts };
}

/**
 * Returns a function from a title to its key: what titles of one story share, without leading labels,
 * case and punctuation. It may be empty. A label counts if a colon, a dash between
 * spaces, a bar or an exclamation mark follows it, or if it is in brackets: `Breaking: ...`,
 * `UPDATE - ...`, `[New] ...`. `New bridge opens` has no label.
 */
export function titleKeys(labels: readonly string[]) {
  const words = labels
    .map((label) =>
      label
        .trim()
        .replace(/[^\p{L}\p{M}\p{N}\s]/gu, '\\$&')
        .replace(/\s+/g, '\\s+'),
    )
    .sort((a, b) => b.length - a.length);
  if (words.length === 0) return (title: string) => ({ key: folded(title), labelled: false });
  const any = `(?:${words.join('|')})`;
  const label = new RegExp(
    `\\s*(?:${any}\\s*(?:[:：|!]+|\\s[-–—]+\\s|[–—])|[[(]\\s*${any}\\s*[\\])]\\s*:?)\\s*(?=\\S)`,
    'iuy',
  );
  return (title: string) => {
    let start = 0;
    label.lastIndex = 0;
    while (label.test(title)) start = label.lastIndex;
    return { key: folded(title.slice(start)), labelled: start > 0 };
  };
}

function folded(title: string): string {
  return title
    .normalize('NFKC')
    .toLowerCase()
    .replace(/['’‘]/g, '')
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, ' ')
    .trim();
}
