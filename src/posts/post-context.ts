import type { PostSettings, SiteSettings } from '../settings/settings.ts';
import type { Shortcode } from './files/site-files.ts';
import type { Inherited, TagContext } from './generators/generator.ts';
import type { ImageFacts } from './post.ts';

/** What reading a post needs besides its file. */
export interface PostContext {
  readonly site: SiteSettings;
  readonly settings: PostSettings;
  /** What a post has from its site, by its path in the posts folder. */
  readonly inherited?: (file: string) => Inherited;
  /** The language (BCP 47) that a folder on the path of a post names. */
  readonly languageOfFolder?: (file: string) => string | undefined;
}

/** What rendering a post needs from outside, as plain functions. */
export interface RenderContext extends PostContext, TagContext {
  /** The site's own templates for shortcodes and components, by name. */
  readonly shortcodes: ReadonlyMap<string, Shortcode>;
  /**
   * Facts of a picture, by its path from the site's root (decoded, starts with `/`). Undefined if there
   * is no such file.
   */
  readonly imageFacts: (path: string) => ImageFacts | undefined;
  /** The same, by its path in the posts folder. */
  readonly factsInPosts: (path: string) => ImageFacts | undefined;
}
