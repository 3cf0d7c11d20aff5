import { Liquid } from 'liquidjs';
import { slugify } from '../../kernel/slugify.ts';

/** Far more than any address needs. */
const LIMITS = { parseLimit: 10_000, memoryLimit: 1_000_000, renderLimit: 100 };

/**
 * A post's address from a template such as `/{{ title | slug }}/`, with the post's fields. Undefined if it
 * needs more than these.
 */
export function renderAddress(template: string, fields: object): string | undefined {
  const liquid = new Liquid({
    ...LIMITS,
    ownPropertyOnly: true,
    strictFilters: true,
    strictVariables: true,
  });
  const slug = (value: unknown) => slugify(String(value ?? '')).toLowerCase();
  for (const name of ['slug', 'slugify']) liquid.registerFilter(name, slug);
  try {
    return String(liquid.parseAndRenderSync(template, fields));
  } catch {
    return undefined;
  }
}
