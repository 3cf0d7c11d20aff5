import type { PostContext } from './parse-post.ts';
import type { Image } from './post.ts';

/** What is known of a picture's file; all absent where the file is not at hand. */
export type ImageFacts = Pick<Image, 'type' | 'sizeBytes' | 'width' | 'height'>;

/** What rendering asks of the world, as plain functions. */
export interface RenderContext extends PostContext {
  /** Path of the page for `{% post_url name %}` and `{% link path %}`; undefined where there is none. */
  readonly urlOf: (name: string) => string | undefined;
  /** Text of a file of the includes folder; undefined where there is none. */
  readonly include: (name: string) => string | undefined;
  /** Facts of a picture, by its path from the root of the site (decoded, starting with `/`). */
  readonly imageFacts: (path: string) => ImageFacts | undefined;
}
