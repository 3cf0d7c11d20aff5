import type { SiteDependencies } from './site-dependencies.ts';

/**
 * Everything that is stored about the holder of a link to preferences, for JSON. Undefined where it
 * is no such link, or is over.
 */
export async function personalData(
  _deps: SiteDependencies,
  _token: string,
): Promise<object | undefined> {
  throw new Error('not built yet');
}
