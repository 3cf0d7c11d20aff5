import type { Post } from '../post.ts';

const HOUR_MS = 3_600_000;

/**
 * Posts being joined into stories, by their index in a list sorted oldest first. These are disjoint
 * sets; the root of each is its oldest post. A join that would make a story longer than
 * `withinHours` is not made.
 */
export class StoryGroups {
  readonly #posts: readonly Post[];
  readonly #withinMs: number;
  readonly #parent: Uint32Array;
  readonly #newestMs: Float64Array;
  readonly #oldestMs: Float64Array;

  constructor(oldestFirst: readonly Post[], withinHours: number) {
    this.#posts = oldestFirst;
    this.#withinMs = withinHours * HOUR_MS;
    this.#parent = Uint32Array.from(oldestFirst.keys());
    this.#oldestMs = Float64Array.from(oldestFirst, ({ date }) => date.epochMilliseconds);
    this.#newestMs = this.#oldestMs.slice();
  }

  /** Whether the two posts are in different stories that can be joined. */
  canJoin(a: number, b: number): boolean {
    const [first, second] = [this.#rootOf(a), this.#rootOf(b)];
    return first !== second && this.#spanMs(first, second) <= this.#withinMs;
  }

  join(a: number, b: number): void {
    if (!this.canJoin(a, b)) return;
    const [first, second] = [this.#rootOf(a), this.#rootOf(b)];
    const root = Math.min(first, second);
    const other = Math.max(first, second);
    this.#parent[other] = root;
    this.#newestMs[root] = Math.max(this.#newest(root), this.#newest(other));
  }

  /** The posts of each story, oldest first. */
  all(): Post[][] {
    const stories = new Map<number, Post[]>();
    this.#posts.forEach((post, at) => {
      const root = this.#rootOf(at);
      const story = stories.get(root);
      if (story === undefined) stories.set(root, [post]);
      else story.push(post);
    });
    return [...stories.values()];
  }

  #spanMs(a: number, b: number): number {
    const newest = Math.max(this.#newest(a), this.#newest(b));
    return newest - (this.#oldestMs[Math.min(a, b)] ?? 0);
  }

  #newest(root: number): number {
    return this.#newestMs[root] ?? 0;
  }

  #rootOf(at: number): number {
    let root = at;
    while (this.#up(root) !== root) root = this.#up(root);
    for (let node = at; node !== root; ) {
      const next = this.#up(node);
      this.#parent[node] = root;
      node = next;
    }
    return root;
  }

  #up(node: number): number {
    return this.#parent[node] ?? node;
  }
}
