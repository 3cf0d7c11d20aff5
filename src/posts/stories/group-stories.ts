import { LABELS } from '../../settings/schema.ts';
import type { SameStorySettings } from '../../settings/settings.ts';
import { type JoinReason, newestFirst, type Post, type Story } from '../post.ts';
import { areAlike } from './sketch.ts';

/** If more posts have the date of one second, it is that of an import, and says less. */
const MOST_COPIES = 5;
/** Likeness of bodies where an equal date may be chance: a full minute, or the date of an import. */
const NEARLY_EQUAL = 0.9;
/** A body is compared with at most this many earlier ones: many posts may have one date. */
const MOST_NEIGHBOURS = 300;
const HOUR_MS = 3_600_000;

/**
 * Groups `posts` into stories, the story with the newest first post first.
 *
 * Two posts in one language tell one story if
 * 1. their titles are equal, without case and punctuation, once a leading label is taken off one of them,
 *    or different labels off both; or
 * 2. their dates are equal to the second, and their bodies are alike by `likeness` or more. If the time
 *    is a full minute, or more than five posts have it, they must be nearly equal.
 *
 * What has the same form each day is news each day: posts with equal titles without a label do not join
 * by these, not even through a third post. All posts of a story lie within `withinHours`. The post
 * shown is the newest complete one: its body has at least half the words of the longest. The result does
 * not depend on the order of `posts`.
 */
export function groupStories(posts: readonly Post[], settings: SameStorySettings): Story[] {
  const oldestFirst = posts.toSorted((a, b) => newestFirst(b, a));
  if (settings === 'off') return oldestFirst.map((post) => storyOf([post])).reverse();
  const groups = new Groups(oldestFirst, settings.withinHours * HOUR_MS);
  joinEqualTitles(oldestFirst, settings.labels, groups);
  joinCopies(oldestFirst, settings.likeness, groups);
  return groups
    .all()
    .map(({ posts: members, reasons }) =>
      storyOf(
        members.map((at) => oldestFirst[at] as Post),
        reasons,
      ),
    )
    .sort((a, b) => newestFirst(a.first, b.first));
}

interface Group {
  /** Indexes of posts. The smallest and the largest are also `first` and `last`. */
  readonly posts: readonly number[];
  readonly reasons: ReadonlySet<JoinReason>;
  readonly first: number;
  readonly last: number;
}

const NO_REASONS: ReadonlySet<JoinReason> = new Set();

/**
 * Posts being joined into stories, by their index in a list sorted oldest first. A join that would
 * make a story longer than `withinMs` is not made.
 */
class Groups {
  /** Milliseconds of each post's date. */
  readonly dates: Float64Array;
  readonly withinMs: number;
  /** The groups of several posts, by each of them. */
  readonly #groups = new Map<number, MutableGroup>();
  /** 1 for each post whose title has no label. */
  readonly #plain: Uint8Array;

  constructor(oldestFirst: readonly Post[], withinMs: number) {
    this.dates = Float64Array.from(oldestFirst, ({ date }) => date.epochMilliseconds);
    this.withinMs = withinMs;
    this.#plain = new Uint8Array(oldestFirst.length);
  }

  /** The group of a post. Most have none but themselves. */
  #groupOf(at: number): Group {
    return this.#groups.get(at) ?? { posts: [at], reasons: NO_REASONS, first: at, last: at };
  }

  /** Whether the two posts are in different groups that can be joined. */
  canJoin(a: number, b: number): boolean {
    const [one, other] = [this.#groupOf(a), this.#groupOf(b)];
    if (one === other || a === b) return false;
    const oldest = this.dates[Math.min(one.first, other.first)] ?? 0;
    const newest = this.dates[Math.max(one.last, other.last)] ?? 0;
    return newest - oldest <= this.withinMs;
  }

  /** Whether a post of this one's group is marked as one without a label. */
  hasPlain(at: number): boolean {
    return this.#groups.get(at)?.hasPlain ?? this.#plain[at] === 1;
  }

  markPlain(at: number): void {
    this.#plain[at] = 1;
    const group = this.#groups.get(at);
    if (group !== undefined) group.hasPlain = true;
  }

  join(a: number, b: number, reason: JoinReason): void {
    if (!this.canJoin(a, b)) return;
    const [one, other] = [this.#groupOf(a), this.#groupOf(b)];
    // Moving the smaller group takes little time, also if all posts end in one.
    const [small, big] = one.posts.length < other.posts.length ? [one, other] : [other, one];
    const hasPlain = this.hasPlain(a) || this.hasPlain(b);
    const known = this.#groups.get(big.first);
    const own = { posts: [...big.posts], reasons: new Set<JoinReason>() };
    const large: MutableGroup = known ?? { ...big, ...own, hasPlain };
    large.hasPlain = hasPlain;
    if (known === undefined) this.#groups.set(big.first, large);
    for (const at of small.posts) {
      this.#groups.set(at, large);
      large.posts.push(at);
    }
    for (const each of [...small.reasons, reason]) large.reasons.add(each);
    large.first = Math.min(one.first, other.first);
    large.last = Math.max(one.last, other.last);
  }

  all(): readonly Group[] {
    const alone = [...this.dates.keys()].filter((at) => !this.#groups.has(at));
    return [...new Set(this.#groups.values()), ...alone.map((at) => this.#groupOf(at))];
  }
}

interface MutableGroup extends Group {
  readonly posts: number[];
  readonly reasons: Set<JoinReason>;
  /** Whether the title of one of them has no label. */
  hasPlain: boolean;
  first: number;
  last: number;
}

/** The newest posts with one title. */
interface SameTitle {
  /** The newest without a label, by its index. */
  plain?: number;
  /** The newest with a label, and the newest with another one. */
  labelled: readonly { readonly at: number; readonly label: string }[];
}

function joinEqualTitles(posts: readonly Post[], labels: readonly string[], groups: Groups): void {
  const keyOf = titleKeys(labels);
  const titles = new Map<string, SameTitle>();
  posts.forEach((post, at) => {
    const { key, label } = keyOf(post.title);
    if (key === '') return;
    const name = `${languageOf(post)} ${key}`;
    const same: SameTitle = titles.get(name) ?? { labelled: [] };
    titles.set(name, same);
    const others = same.labelled.filter((before) => before.label !== label);
    if (label === '') {
      // A story with this very title already: the same form, filled in again.
      const partner = others.find(
        (before) => !groups.hasPlain(before.at) && groups.canJoin(before.at, at),
      );
      groups.markPlain(at);
      if (partner !== undefined) groups.join(partner.at, at, 'title');
      same.plain = at;
      return;
    }
    const partner = [same.plain, ...others.map((before) => before.at)].find(
      (before) => before !== undefined && groups.canJoin(before, at),
    );
    if (partner !== undefined) groups.join(partner, at, 'title');
    same.labelled = [{ at, label }, ...others.slice(0, 1)];
  });
}

function joinCopies(posts: readonly Post[], likeness: number, groups: Groups): void {
  const exact = [...posts.keys()].filter((at) => posts[at]?.datePrecision === 'second');
  const nameOf = (at: number) => `${groups.dates[at]} ${languageOf(posts[at] as Post)}`;
  for (const members of Map.groupBy(exact, nameOf).values()) {
    const isFullMinute = (groups.dates[members[0] ?? 0] ?? 0) % 60_000 === 0;
    const mayBeChance = isFullMinute || members.length > MOST_COPIES;
    const least = mayBeChance ? Math.max(likeness, NEARLY_EQUAL) : likeness;
    for (const [position, at] of members.entries()) {
      for (const before of members.slice(Math.max(0, position - MOST_NEIGHBOURS), position)) {
        if (!groups.canJoin(before, at)) continue;
        const [one, other] = [posts[before] as Post, posts[at] as Post];
        if (areAlike(one.sketch, other.sketch, least)) groups.join(before, at, 'copy');
      }
    }
  }
}

/** The site's language is the same for all its posts. */
function languageOf({ language }: Post): string {
  return language ?? '';
}

function storyOf(group: readonly Post[], reasons = NO_REASONS): Story {
  const posts = group.toSorted(newestFirst);
  const first = posts.at(-1);
  if (first === undefined) throw new RangeError('a story has at least one post');
  const longest = Math.max(...posts.map(({ words }) => words));
  const shown = posts.find(({ words }) => words * 2 >= longest) ?? first;
  return { shown, first, posts, joinedBy: [...reasons].sort() };
}

/**
 * Returns a function from a title to its key, what titles of one story share: the title without leading
 * labels, case and punctuation. It may be empty. `label` has the labels in the same form, or is empty. A
 * label counts if a colon, a dash between spaces, a bar or an exclamation mark follows it, or if it is in
 * brackets: `Breaking: ...`, `UPDATE - ...`, `[New] ...`. `New bridge opens` has no label.
 */
export function titleKeys(labels: readonly string[]) {
  const lengthOf = lengthOfLabels(labels);
  return (title: string) => {
    const start = lengthOf(title);
    return { key: folded(title.slice(start)), label: folded(title.slice(0, start)) };
  };
}

/** The labels before titles, also if posts are never joined. */
export function labelsOf(settings: SameStorySettings): readonly string[] {
  return settings === 'off' ? LABELS : settings.labels;
}

/** Returns a function that takes the leading labels off a title, as `titleKeys` finds them. */
export function labelRemover(labels: readonly string[]): (title: string) => string {
  const lengthOf = lengthOfLabels(labels);
  return (title) => title.slice(lengthOf(title));
}

function lengthOfLabels(labels: readonly string[]): (title: string) => number {
  const words = labels
    .map((label) =>
      label
        .trim()
        .replace(/[^\p{L}\p{M}\p{N}\s]/gu, '\\$&')
        .replace(/\s+/g, '\\s+'),
    )
    .sort((a, b) => b.length - a.length);
  if (words.length === 0) return () => 0;
  const any = `(?:${words.join('|')})`;
  const label = new RegExp(
    `\\s*(?:${any}\\s*(?:[:：|!]+|\\s[-–—]+\\s|[–—])|[[(]\\s*${any}\\s*[\\])]\\s*:?)\\s*(?=\\S)`,
    'iuy',
  );
  return (title) => {
    let start = 0;
    label.lastIndex = 0;
    while (label.test(title)) start = label.lastIndex;
    return start;
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
