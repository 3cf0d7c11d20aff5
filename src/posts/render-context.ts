import type { PostContext } from './parse-post.ts';
import type { Image } from './post.ts';

/** Facts of a picture's file. All absent if the file is not available. */
export type ImageFacts = Pick<Image, 'type' | 'sizeBytes' | 'width' | 'height'>;

/** What rendering needs from outside, as plain functions. */
export interface RenderContext extends PostContext {
  /**
   * Path of the page for `{% post_url name %}` and `{% link path %}`. Undefined if there is no such
   * page.
   */
  readonly urlOf: (name: string) => string | undefined;
  /** Text of a file in the includes folder. Undefined if there is no such file. */
  readonly include: (name: string) => string | undefined;
  /** Facts of a picture, by its path from the site's root (decoded, starts with `/`). */
  readonly imageFacts: (path: string) => ImageFacts | undefined;
}
