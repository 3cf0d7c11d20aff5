import type { StoreDependencies } from '../database/dependencies.ts';
import type { Templates } from '../templates/templates.ts';
import type { Edition } from './edition.ts';
import type { PostChange } from './post-change.ts';

/** Dependencies for comparing a stored edition with its posts. */
export interface EditionDependencies extends StoreDependencies {
  /**
   * Set in the service, where nothing may wait while all posts are read. Without it, this process
   * reads them.
   */
  readonly findChanges?: (edition: Edition) => Promise<readonly PostChange[]>;
}

/** Dependencies for composing. */
export interface ComposeDependencies extends EditionDependencies {
  readonly templates: Templates;
}
