import type { SiteDependencies } from './site-dependencies.ts';

/** Erases all that is known of the holder of a link to preferences. False where it is no such link, or is over. */
export async function eraseMe(_deps: SiteDependencies, _token: string): Promise<boolean> {
  throw new Error('not built yet');
}
