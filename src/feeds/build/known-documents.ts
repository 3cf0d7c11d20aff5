import { hash } from 'node:crypto';
import { readJsonCache, writeJsonCache } from '../../kernel/files/cache-file.ts';
import type { CollectedPosts } from '../../posts/collect-posts.ts';
import { cacheKey } from '../../posts/files/post-cache.ts';
import type { Question } from '../../posts/questions.ts';
import type { FeedPlan } from '../plan-feeds.ts';

/** What is known of a document that an earlier build published. */
interface KnownDocument {
  readonly fingerprint: string;
  /** SHA-256 of its bytes in all formats. */
  readonly bytes: string;
}

interface Content {
  readonly key: string;
  readonly documents: Readonly<Record<string, KnownDocument>>;
  /** What the posts in them asked about other files, by their file. */
  readonly questions: Readonly<Record<string, readonly Question[]>>;
}

/**
 * Of what the published documents are made: their posts, and the answers to what these asked about other
 * files when they were rendered. If nothing of this changed, and the bytes are those that were published,
 * rendering would write the same bytes.
 */
export class KnownDocuments {
  readonly #path: string | undefined;
  readonly #key: string;
  readonly #before: Content;
  readonly #collected: Pick<CollectedPosts, 'questions' | 'answer'>;
  readonly #documents: Record<string, KnownDocument> = {};
  readonly #files = new Set<string>();

  /** Knows nothing if `path` is undefined, if there is no such file, or if it was written for other `settings`. */
  constructor(
    path: string | undefined,
    settings: unknown,
    collected: Pick<CollectedPosts, 'questions' | 'answer'>,
  ) {
    this.#path = path;
    this.#key = cacheKey(settings);
    this.#collected = collected;
    this.#before = readContent(path, this.#key);
  }

  /** Whether the document of `plan`, which now has `texts`, needs no rendering. */
  isCurrent(plan: FeedPlan, texts: () => readonly string[]): boolean {
    const known = this.#before.documents[plan.path];
    if (known === undefined) return false;
    const questionsOf = (file: string) => this.#before.questions[file] ?? [];
    const isCurrent =
      known.fingerprint === this.#fingerprint(plan, questionsOf) && known.bytes === hashOf(texts());
    if (isCurrent) this.#keep(plan, known);
    return isCurrent;
  }

  /** Adds the document of `plan`, which was rendered to `texts`. */
  add(plan: FeedPlan, texts: readonly string[]): void {
    const questionsOf = (file: string) => this.#questionsOf(file);
    this.#keep(plan, {
      fingerprint: this.#fingerprint(plan, questionsOf),
      bytes: hashOf(texts),
    });
  }

  #keep(plan: FeedPlan, known: KnownDocument): void {
    this.#documents[plan.path] = known;
    for (const { story } of plan.entries) this.#files.add(story.shown.file);
  }

  #questionsOf(file: string): readonly Question[] {
    return this.#collected.questions.get(file) ?? this.#before.questions[file] ?? [];
  }

  #fingerprint(plan: FeedPlan, questionsOf: (file: string) => readonly Question[]): string {
    const { entries, ...rest } = plan;
    const items = entries.map(({ id, url, story: { shown, posts } }) => {
      const { sketch: _, ...post } = shown;
      const answers = questionsOf(shown.file).map((each) => this.#collected.answer(each));
      return [id, url, post, posts.map(({ date, updated }) => [date, updated]), answers];
    });
    return hash('sha256', JSON.stringify([rest, items]), 'base64url');
  }

  /** Writes what is known now, if it is not in the file already. Throws if the disk refuses. */
  save(): void {
    if (this.#path === undefined) return;
    const questions = Object.fromEntries(
      [...this.#files].sort().flatMap((file) => {
        const asked = this.#questionsOf(file);
        return asked.length === 0 ? [] : [[file, asked]];
      }),
    );
    const content: Content = { key: this.#key, documents: this.#documents, questions };
    if (JSON.stringify(content) !== JSON.stringify(this.#before))
      writeJsonCache(this.#path, content);
  }
}

function readContent(path: string | undefined, key: string): Content {
  const content = path === undefined ? undefined : (readJsonCache(path) as Content | undefined);
  return content?.key === key ? content : { key: '', documents: {}, questions: {} };
}

function hashOf(texts: readonly string[]): string {
  return hash('sha256', JSON.stringify(texts), 'base64url');
}
