import type { StoreDependencies } from '../database/dependencies.ts';
import type { Templates } from '../templates/templates.ts';
import type { Edition } from './edition.ts';
import type { PostChange } from './post-change.ts';

/** What comparing a stored edition with its posts needs. */
export interface EditionDependencies extends StoreDependencies {
  /** There in the service, where nobody is to wait while all posts are read; else this process reads them. */
  readonly findChanges?: (edition: Edition) => Promise<readonly PostChange[]>;
}

/** What composing needs as well. */
export interface ComposeDependencies extends EditionDependencies {
  readonly templates: Templates;
}
