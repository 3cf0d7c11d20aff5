import type {
  FeedSettings,
  NewsletterSettings,
  PostSettings,
  SiteSettings,
} from '../model/settings.ts';

/** The config as the program uses it: defaults filled in, every path absolute. */
export interface Config {
  /** Absolute path of the config file. */
  readonly file: string;
  readonly site: SiteSettings;
  readonly posts: PostSettings;
  readonly feeds: FeedSettings;
  readonly newsletters: readonly NewsletterSettings[];
  readonly folders: {
    readonly posts: string;
    readonly siteRoot: string;
    readonly includes: string;
    readonly output: string;
    readonly templates: string;
  };
  /** The file of published posts. */
  readonly publishedFile: string;
  /** Where the output folder is published, ends with `/`. */
  readonly publicUrl: string;
  /** `sqlite:` and an absolute path. */
  readonly databaseUrl: string;
  readonly relay: { readonly url: string; readonly connections: number };
  /**
   * Keys that sign links, from BROADSHEET_SECRET: the first signs, all verify. Empty where the
   * variable is not set.
   */
  readonly secrets: readonly string[];
}
