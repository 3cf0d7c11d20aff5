import { type Context, Liquid, type TagToken, type Template, TokenKind } from 'liquidjs';
import type { PostWays } from '../generators/site-generators.ts';
import { renderMarkdown } from '../markdown/render-markdown.ts';

/** Limits for one post: a loop in a post must not stop the build. */
const LIMITS = { parseLimit: 20_000_000, memoryLimit: 20_000_000, renderLimit: 5000 };
const BLOCKS = ['if', 'unless', 'for', 'case', 'capture', 'tablerow', 'raw'];
/** Not allowed in posts: they read files, or their result changes each time. */
const TAGS_TAKEN_OUT = ['render', 'layout', 'block'];
const FILTERS_TAKEN_OUT = ['sample', 'shuffle'];

const plain = new Liquid();

/** The tags of Liquid that a post may use, including those that end or divide a block. */
export const LIQUID_TAGS: ReadonlySet<string> = new Set([
  ...Object.keys(plain.tags).filter((name) => !TAGS_TAKEN_OUT.includes(name)),
  ...BLOCKS.map((name) => `end${name}`),
  ...['else', 'elsif', 'when', 'endcomment'],
]);

/** The filters of Liquid that a post may use, besides those of its site generator. */
export const LIQUID_FILTERS: ReadonlySet<string> = new Set(
  Object.keys(plain.filters).filter((name) => !FILTERS_TAKEN_OUT.includes(name)),
);

/**
 * Returns a Liquid engine for one post of `date`. `include` reads only through `readInclude`.
 * Templates see only own properties. "now" is the post's date, so every render gives the same bytes.
 * Dates are in the site's time zone.
 */
export function liquidFor(
  date: Temporal.Instant,
  site: { readonly url: string; readonly timeZone: string },
  { filters }: Pick<PostWays, 'filters'>,
  readInclude: (name: string) => string,
  options: { readonly strictFilters?: boolean } = {},
): Liquid {
  const read = (file: string) => readInclude(file.replace(/^["']|["'],?$/g, ''));
  const liquid = new Liquid({
    ...LIMITS,
    ...options,
    ownPropertyOnly: true,
    jekyllInclude: true,
    dynamicPartials: false,
    relativeReference: false,
    timezoneOffset: site.timeZone,
    fs: {
      existsSync: () => true,
      exists: async () => true,
      readFileSync: read,
      readFile: async (file) => read(file),
      resolve: (_folder, file) => file,
    },
  });
  const context = {
    siteUrl: site.url,
    renderMarkdown: (text: string) => renderMarkdown(text, { docId: 'm' }),
  };
  for (const [name, filter] of filters) {
    liquid.registerFilter(name, (value: unknown) => filter(String(value ?? ''), context));
  }
  fixNow(liquid, date.toString());
  return liquid;
}

/** `'now' | date` would read the clock. The post's date keeps the result the same each time. */
function fixNow(liquid: Liquid, date: string): void {
  for (const name of ['date', 'date_to_string', 'date_to_long_string', 'date_to_xmlschema']) {
    const filter = liquid.filters[name];
    if (typeof filter !== 'function') continue;
    liquid.registerFilter(name, function (value: unknown, ...args: unknown[]) {
      return filter.call(this, /^(?:now|today)$/.test(String(value)) ? date : value, ...args);
    });
  }
}

/**
 * Adds the tag `{% name NUMBER %}...{% endname %}`, which shows what `render` returns for the number and what is
 * between. `find` returns the value of a variable at that place.
 */
export function addBlock(
  liquid: Liquid,
  name: string,
  render: (number: number, content: string, find: (path: string) => unknown) => string,
): void {
  const contents = new WeakMap<object, readonly Template[]>();
  liquid.registerTag(name, {
    parse(_token, remainTokens) {
      const templates: Template[] = [];
      contents.set(this, templates);
      for (let next = remainTokens.shift(); next !== undefined; next = remainTokens.shift()) {
        if (next.kind === TokenKind.Tag && (next as TagToken).name === `end${name}`) return;
        templates.push(liquid.parser.parseToken(next, remainTokens));
      }
    },
    *render(context: Context): Generator<unknown, string, string> {
      const templates = [...(contents.get(this) ?? [])];
      const content = yield liquid.renderer.renderTemplates(templates, context);
      const find = (path: string) => context.getSync(path.split('.'));
      return render(Number((this.token as TagToken).args), content, find);
    },
  });
}
