import type { Edition } from '../model/edition.ts';
import type { PostChange } from '../model/post-change.ts';
import type { StoreDependencies } from '../store/dependencies.ts';
import type { Templates } from './templates.ts';

/** What comparing a stored edition with its posts needs. */
export interface EditionDependencies extends StoreDependencies {
  /** There in the service, where nobody is to wait while all posts are read; else this process reads them. */
  readonly findChanges?: (edition: Edition) => Promise<readonly PostChange[]>;
}

/** What composing needs as well. */
export interface ComposeDependencies extends EditionDependencies {
  readonly templates: Templates;
}
