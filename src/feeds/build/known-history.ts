import { hash } from 'node:crypto';
import { PROGRAM_VERSION } from '../../kernel/version.ts';
import type { CollectedPosts } from '../../posts/collect-posts.ts';
import type { Question } from '../../posts/questions.ts';
import type { FeedPlan } from '../plan-feeds.ts';
import { manifestText } from '../publish/manifest.ts';

/** Their answers are the same on every machine. Those about pictures are in a manifest of their own. */
const PORTABLE: ReadonlySet<Question[0]> = new Set(['site', 'page', 'include', 'text']);

/**
 * Of what the history documents are made, by a manifest that is published with them: a build of a fresh
 * checkout renders none of them again. A line has a fingerprint, and what the posts of the document asked
 * about other files when they were rendered, as JSON. The fingerprint changes with the posts, with
 * `settings`, and with the answers.
 */
export class KnownHistory {
  readonly #lines: Map<string, string>;
  readonly #before: ReadonlyMap<string, string>;
  readonly #settings: unknown;
  readonly #collected: Pick<CollectedPosts, 'questions' | 'answer'>;

  /** `before`: the lines of the manifest, by the paths of their documents. */
  constructor(
    before: ReadonlyMap<string, string>,
    settings: unknown,
    collected: Pick<CollectedPosts, 'questions' | 'answer'>,
  ) {
    this.#lines = new Map(before);
    this.#before = before;
    this.#settings = settings;
    this.#collected = collected;
  }

  /** Whether the document of `plan` needs no rendering. */
  isCurrent(plan: FeedPlan): boolean {
    const line = this.#before.get(plan.path);
    return line !== undefined && line === this.#lineOf(plan, questionsIn(line));
  }

  /** Sets what the document of `plan` was made of. It is forgotten if it has problems to report each time. */
  set(plan: FeedPlan, isClean: boolean): void {
    if (!isClean) {
      this.#lines.delete(plan.path);
      return;
    }
    const asked = plan.entries
      .flatMap(({ story }) => this.#collected.questions.get(story.shown.file) ?? [])
      .filter(([kind]) => PORTABLE.has(kind) && kind !== 'site')
      .map((question) => JSON.stringify(question));
    this.#lines.set(plan.path, this.#lineOf(plan, [...new Set(asked)].sort()));
  }

  /** The text of the manifest. Undefined if there is nothing in it. */
  manifest(): string | undefined {
    return this.#lines.size === 0 ? undefined : manifestText(this.#lines);
  }

  #lineOf({ path, title, history, entries }: FeedPlan, asked: readonly string[]): string {
    const answerTo = (question: Question) => this.#collected.answer(question);
    const parts = [
      // Another version may write the same posts in another way.
      ...[PROGRAM_VERSION, path, title, history, this.#settings],
      entries.map(({ id, url, story: { shown, posts } }) => [
        ...[id, url, shown.file, answerTo(['site', shown.file])],
        posts.map((post) => [post.date, post.updated, post.contentHash]),
      ]),
      asked.map((question) => [question, answerTo(JSON.parse(question))]),
    ];
    const fingerprint = hash('sha256', JSON.stringify(parts));
    return [fingerprint, ...(asked.length === 0 ? [] : [`[${asked}]`])].join(' ');
  }
}

/** The questions in a line, each as JSON. */
function questionsIn(line: string): readonly string[] {
  try {
    const questions: readonly unknown[] = JSON.parse(line.slice(line.indexOf(' ') + 1));
    return questions.map((question) => JSON.stringify(question));
  } catch {
    return [];
  }
}
