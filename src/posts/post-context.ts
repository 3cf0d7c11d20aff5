import type { PostSettings, SiteSettings } from '../settings/settings.ts';
import type { Picture, Pictures } from './files/find-pictures.ts';
import type { Shortcode } from './files/site-files.ts';
import type { Inherited, TagContext } from './generators/generator.ts';

/** What reading a post needs besides its file. */
export interface PostContext {
  readonly site: SiteSettings;
  readonly settings: PostSettings;
  /** What a post has from its site, by its path in the posts folder. */
  readonly inherited?: (file: string) => Inherited;
  /** The language (BCP 47) that a folder on the path of a post names. */
  readonly languageOfFolder?: (file: string) => string | undefined;
}

/**
 * Returns the address (absolute URL) at which the feeds publish a copy of a picture, or why they do not:
 * a fact with its remedy.
 */
export type CopyPicture = (
  picture: Picture,
) => { readonly url: string } | { readonly fact: string; readonly remedy: string };

/** What rendering a post needs from outside, as plain functions. */
export interface RenderContext extends PostContext, TagContext {
  /** The site's own templates for shortcodes and components, by name. */
  readonly shortcodes: ReadonlyMap<string, Shortcode>;
  readonly pictures: Pick<Pictures, 'beside' | 'atRoot'>;
  /**
   * The text of the file that the post `file` calls `name`: a path relative to it, or an alias of the
   * generator. Undefined if there is no such file inside of the site.
   */
  readonly textOf: (name: string, file: string) => string | undefined;
  /** Absent if the feeds copy no pictures. */
  readonly copyPicture?: CopyPicture;
}
