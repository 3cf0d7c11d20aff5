import type { FastifyInstance } from 'fastify';

/**
 * Watches routes that are added to `app` from now on. Returns a function: for a URL, it returns the
 * methods with routes, sorted, for the `Allow` of RFC 9110 §15.5.6.
 */
export function allowedMethods(app: FastifyInstance): (url: string) => readonly string[] {
  const routes = new Map<string, { readonly pattern: RegExp; readonly methods: Set<string> }>();
  app.addHook('onRoute', ({ url, method }) => {
    // A route for all paths does not mean that a path exists.
    if (url.endsWith('*')) return;
    const route = routes.get(url) ?? { pattern: patternOf(url), methods: new Set() };
    routes.set(url, route);
    for (const each of [method].flat()) route.methods.add(each);
  });
  return (url) => {
    const path = url.replace(/[?#].*$/s, '');
    const found = [...routes.values()].filter(({ pattern }) => pattern.test(path));
    return [...new Set(found.flatMap(({ methods }) => [...methods]))].toSorted();
  };
}

/** Matches `/news/archive/:edition/` as Fastify does. */
function patternOf(url: string): RegExp {
  const source = url
    .split('/')
    .map((part) => (part.startsWith(':') ? '[^/]+' : RegExp.escape(part)))
    .join('/');
  return new RegExp(`^${source}$`, 's');
}
