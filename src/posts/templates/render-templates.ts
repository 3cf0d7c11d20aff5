import { reasonOf } from '../../kernel/errors.ts';
import { escapeHtml } from '../../kernel/escape.ts';
import type { Problem } from '../../kernel/problem.ts';
import { fieldNamed, isMap, isNo, textOf } from '../front-matter/fields.ts';
import { markdownOf, type PostWays, waysOf } from '../generators/site-generators.ts';
import { findPage, sitePath } from '../links.ts';
import { codeRanges, inRanges, joined } from '../markdown/code-ranges.ts';
import { vPreRanges } from '../markdown/vitepress.ts';
import type { PostSource } from '../parse-post.ts';
import type { Post } from '../post.ts';
import type { RenderContext } from '../post-context.ts';
import { findComponents } from './components.ts';
import { addBlock, LIQUID_FILTERS, LIQUID_TAGS, liquidFor } from './liquid-engine.ts';
import { argumentsOf, type ShortcodeArguments, showShortcode } from './shortcodes.ts';
import { openSiteShortcodes, type ShortcodeUse, type SiteShortcodes } from './site-shortcodes.ts';
import {
  type CommentKind,
  findMarks,
  type Replacement,
  replaceMarks,
  type TemplateMark,
  type Warn,
  withContent,
} from './template-marks.ts';

/** Above this number, files are including each other without end. */
const MOST_INCLUDES = 200;

const LEFT_OUT = 'it is left out of the text';
const OFF = 'is left out of the text, for posts.liquid is off; set it to render, or take it out';
const NOT_RUN = `is for a program that Broadsheet does not run; ${LEFT_OUT}`;
/** Generators whose marks look like Liquid. */
const NO_LIQUID: ReadonlySet<string> = new Set(['vitepress', 'zola']);
const BLOCK = 'is left out of the text with all until its end, for posts.liquid is off';

/** What needs a look for marks at all. */
const ANY_MARK = /\{[%{#/ ]|\{::|%%|<!--/;

/** A post's body without template marks. */
export interface RenderedTemplates {
  /** Markdown, with marks for what the site's own templates show. */
  readonly text: string;
  /** The HTML of a part of `text` with what these templates show. `toHtml` makes HTML of Markdown. */
  show(html: string, toHtml: (markdown: string) => string): string;
  /** The Markdown of the file `name`, which `text` includes, without its marks. */
  included(text: string, name: string): string;
  /** What is known after the last `show`. */
  warnings(): readonly Problem[];
}

/** What all of one post's templates share. */
interface Rendering {
  readonly post: Post;
  readonly source: PostSource;
  readonly context: RenderContext;
  readonly ways: PostWays;
  readonly own: SiteShortcodes;
  readonly warn: Warn;
}

/**
 * Renders the template marks in a post's body (`posts.liquid: render`), removes them, or leaves them as
 * text where the site's generator prints them. Shortcodes and components with a template of the site's own
 * are shown by it. Comments of any kind are removed with their inside. Code keeps what looks like a mark.
 * What shows nothing is reported, once a kind.
 */
export function renderTemplates(
  post: Post,
  source: PostSource,
  context: RenderContext,
): RenderedTemplates {
  const { body, bodyLine } = source;
  const { shortcodes } = context;
  if (!ANY_MARK.test(body) && !(shortcodes.size > 0 && body.includes('<'))) {
    return { text: body, show: (html) => html, included: (text) => text, warnings: () => [] };
  }
  const ways = waysOf(context.settings.generator);
  const warned = new Map<
    string,
    { readonly message: string; readonly line: number; count: number }
  >();
  const warn: Warn = (line, message) => {
    // All output is of one kind.
    const kind = message.replace(/^\{\{ .*?\}\}/s, '{{ }}');
    const known = warned.get(kind);
    if (known === undefined) warned.set(kind, { message, line: bodyLine + line - 1, count: 1 });
    else known.count++;
  };
  const warnings = () =>
    [...warned.values()].map(({ message, line, count }) => ({
      file: post.file,
      line,
      message: count === 1 ? message : `${message} (${count} times)`,
    }));
  const scope = scopeOf({ post, source, context });
  const engine = () => {
    const include = (name: string) => context.include(name) ?? '';
    return liquidFor(post.date, context.site, waysOf(undefined), include, { strictFilters: true });
  };
  const own = openSiteShortcodes(shortcodes, engine, scope, warn);
  const rendering: Rendering = { post, source, context, ways, own, warn };
  const markdown = markdownOf(post.file, context);
  const finished = (text: string) => withComponents(withoutComments(text, markdown), rendering);
  return {
    text: finished(renderBody()),
    show: (html, toHtml) => own.show(html, (inner) => toHtml(finished(inner))),
    included(text, name) {
      const within: Warn = (_line, fact) => warn(1, `${fact} (in ${name})`);
      return finished(withoutMarks(text, { ...rendering, warn: within }));
    },
    warnings,
  };

  function renderBody(): string {
    // Jekyll's own switch.
    if (isNo(fieldNamed(source.frontMatter, 'render_with_liquid'))) return body;
    // The braces of MDX are programs, which its Markdown knows.
    if (markdown.isMdx && context.settings.liquid === 'off') return body;
    if (context.settings.liquid === 'off') return withoutMarks(body, rendering);
    try {
      return renderLiquid(rendering);
    } catch (error) {
      const line = Number(/, line:(\d+)/.exec(reasonOf(error))?.[1] ?? 1);
      const reason = reasonOf(error).split(/, (?:line|file):|\n/)[0] ?? '';
      warn(line, `Liquid stops here (${reason}); correct it, all tags are left out`);
      const asTemplates = { ...ways, isUnknown: false, markdown: ALL_TEMPLATES };
      return withoutMarks(body, { ...rendering, ways: asTemplates, warn: () => {} });
    }
  }
}

const ALL_TEMPLATES: PostWays['markdown'] = {
  features: [],
  comments: [],
  templates: ['output', 'tag', 'shortcode'],
};

/** `text` without the comments of its Markdown. The mark that ends an excerpt stays, as HTML. */
function withoutComments(text: string, { comments, isMdx }: ReturnType<typeof markdownOf>): string {
  const kinds: readonly CommentKind[] = ['html', ...comments, ...(isMdx ? ['mdx' as const] : [])];
  if (!ANY_MARK.test(text)) return text;
  const marks = findMarks(text, codeRanges(text), kinds, 'comments');
  return replaceMarks(
    text,
    marks,
    ({ args }) => ({ text: /^\s*(?:more|truncate)\s*$/i.test(args) ? '<!-- more -->' : '' }),
    () => {},
  );
}

/** Tags of Liquid whose inside is shown only under a condition, or several times. */
const CONDITIONS = new Set([
  ...['if', 'unless', 'for', 'case', 'capture', 'tablerow'],
  ...['macro', 'asyncEach', 'asyncAll', 'ifAsync'],
]);
/** Nunjucks' `{% set x %}...{% endset %}`. */
const SETS = /^set [^=]*$/;
/** Tags of Nunjucks that no template of the site's own stands for. */
const NUNJUCKS = new Set([
  ...CONDITIONS,
  ...['set', 'block', 'extends', 'import', 'from', 'call', 'filter', 'super', 'endblock'],
]);

/** `text` with what the site's own templates show in place of their components (`<Name>`). */
function withComponents(text: string, { own }: Rendering): string {
  const marks = findComponents(text, own.has);
  if (marks.length === 0) return text;
  const replacementOf = (mark: TemplateMark, line: number) => {
    if (mark.name.startsWith('/')) return { text: '' };
    const { name, content: inner, given = NO_ARGUMENTS } = mark;
    return { text: own.put({ name, label: `<${name}>`, arguments: given, inner, line }) };
  };
  return replaceMarks(text, withContent(text, marks, own.has), replacementOf, () => {});
}

const NO_ARGUMENTS: ShortcodeArguments = { named: {}, others: [] };

/** Shortcodes deeper inside of each other end no more. */
const MOST_LEVELS = 20;

function withoutMarks(body: string, rendering: Rendering, level = 0): string {
  const { context, ways, own, warn } = rendering;
  const { comments } = ways.markdown;
  const templates: readonly string[] = ways.markdown.templates;
  const find = finder(scopeOf(rendering));
  const { generator } = context.settings;
  const isPre = ways.markdown.features.includes('vitepress') && !ways.isUnknown;
  const kept = isPre ? joined([...codeRanges(body), ...vPreRanges(body)]) : codeRanges(body);
  const found = findMarks(body, kept, comments);
  const whole = level < MOST_LEVELS ? withContent(body, found, (name) => own.has(name)) : found;
  const marks = withBlocks(whole, ways);
  const replacementOf = (mark: TemplateMark, line: number): Replacement | undefined => {
    const { kind, name, args } = mark;
    const use = templates.includes(kind) ? ownUse(mark, rendering, find) : undefined;
    if (use !== undefined) {
      const below = { ...rendering, warn: from(line, warn) };
      const inner = mark.content && withoutMarks(mark.content, below, level + 1);
      const isAddress = ADDRESS.test(lineBefore(body, mark.start));
      return { text: own[isAddress ? 'now' : 'put']({ ...use, inner, line }) };
    }
    // Zola shows it; for Hugo it is a comment.
    if (kind === 'comment' && generator === 'zola' && body.startsWith('{{/*', mark.start)) {
      return {
        text: body
          .slice(mark.start, mark.end)
          .replace('/*', '')
          .replace(/\*\/(?=\s*\}\})/, ''),
      };
    }
    // Comments of the Markdown come later.
    if (kind === 'comment')
      return /^\{[%{]/.test(body.slice(mark.start, mark.start + 2)) ? { text: '' } : undefined;
    if (kind === 'quoted') return templates.length > 0 ? { text: args } : undefined;
    const field =
      isPre && kind === 'output' ? /^\$frontmatter(\.[\w.-]+)$/.exec(args)?.[1] : undefined;
    const value = textOf(field && find(`page${field}`));
    if (value !== undefined) return { text: escapeHtml(value) };
    const shown = showMark(mark, rendering);
    if (shown !== undefined) {
      if ('text' in shown) return { text: shown.text };
      if (kind !== 'shortcode' && isText(mark, body, ways)) return undefined;
      return { text: '', warning: `${nameOfMark(mark)} ${shown.reason}; ${LEFT_OUT}` };
    }
    if (!templates.includes(kind)) return undefined;
    const fence = codeFence(mark, body, ways);
    if (fence !== undefined) return fence;
    if (kind === 'tag' && /^(?:end|raw$)/.test(name) && !isText(mark, body, ways)) {
      return { text: '' };
    }
    if (kind === 'shortcode') {
      if (name === 'comment') return { text: '' };
      const warning = name.startsWith('/') ? undefined : unknownShortcode(mark);
      return { text: '', warning };
    }
    if (mark.content !== undefined) return { text: '', warning: `${nameOfMark(mark)} ${BLOCK}` };
    if (isText(mark, body, ways)) return undefined;
    const isCall = kind === 'output' && callIn(mark, rendering) !== undefined;
    const isOther = kind === 'tag' && !LIQUID_TAGS.has(name) && !NUNJUCKS.has(name);
    if (isCall || isOther) {
      return { text: '', warning: unknownShortcode(mark) };
    }
    const isLiquid = !NO_LIQUID.has(generator ?? '') && (kind !== 'tag' || LIQUID_TAGS.has(name));
    return { text: '', warning: `${nameOfMark(mark)} ${isLiquid ? OFF : NOT_RUN}` };
  };
  const text = replaceMarks(body, marks, replacementOf, warn);
  // Hugo reads shortcodes in code too, so authors quote them there.
  return generator === 'hugo' || ways.isUnknown
    ? text.replace(/\{\{([<%])\/\*(.{0,2000}?)\*\/([>%])\}\}/gs, '{{$1$2$3}}')
    : text;
}

/**
 * Whether nobody says that a template reads `mark` of `body`, and it looks like text: it is in a line with
 * words, and not in an address.
 */
function isText(mark: TemplateMark, body: string, ways: PostWays): boolean {
  const { kind, name, args, start, end } = mark;
  if (!ways.isUnknown || /^(?:raw|endraw)$/.test(name)) return false;
  // A tag with a text, or a text with a filter, is no example in prose.
  if (kind === 'tag' ? /^["']/.test(args) : /^(?:"[^"]*"|'[^']*')\s*\|/.test(args)) return false;
  const before = lineBefore(body, start);
  if (ADDRESS.test(before)) return false;
  if (kind === 'output') return true;
  const after = body.slice(end, end + 200).replace(/\n.*$/s, '');
  return /\S/.test(before) || /\S/.test(after);
}

/** The end of a line whose next word is an address. */
const ADDRESS = /(?:\]\(<?|=["']?|\]:\s*<?)[^\s)"'>]*$/;

function lineBefore(text: string, at: number): string {
  return text.slice(Math.max(0, at - 200), at).replace(/^.*\n/s, '');
}

/** `warn` for a part of the text that begins in `line`. */
function from(line: number, warn: Warn): Warn {
  return (at, message) => warn(line + at - 1, message);
}

/** The name and arguments of a shortcode of Zola: `{{ name(a="b") }}`. */
function callIn({ args }: TemplateMark, { context, ways }: Pick<Rendering, 'context' | 'ways'>) {
  if (context.settings.generator !== 'zola' && !ways.isUnknown) return undefined;
  const [, called, given = ''] = /^(\w+)\(([\s\S]*)\)$/.exec(args) ?? [];
  return called === undefined ? undefined : { called, given };
}

/** What a mark says to the site's own template for it. Undefined if there is none. */
function ownUse(
  mark: TemplateMark,
  rendering: Pick<Rendering, 'context' | 'ways' | 'own'>,
  find: (path: string) => unknown,
): Omit<ShortcodeUse, 'inner' | 'line'> | undefined {
  const { kind, name, args } = mark;
  const { own } = rendering;
  const label = nameOfMark(mark);
  if (kind === 'output') {
    const call = callIn(mark, rendering);
    if (call === undefined || !own.has(call.called)) return undefined;
    return { name: call.called, label, arguments: argumentsOf(call.given) };
  }
  if (!own.has(name)) return undefined;
  if (kind === 'shortcode') return { name, label, arguments: argumentsOf(args) };
  if (kind !== 'tag' || LIQUID_TAGS.has(name)) return undefined;
  return { name, label, arguments: argumentsOf(args, find) };
}

/** Returns a function that finds the value of a variable such as `page.title` in `scope`. */
function finder(scope: Readonly<Record<string, unknown>>): (path: string) => unknown {
  return (path) =>
    path
      .split('.')
      .reduce<unknown>(
        (value, key) => (isMap(value) && Object.hasOwn(value, key) ? value[key] : undefined),
        { ...(isMap(scope.page) ? scope.page : {}), ...scope },
      );
}

/** `marks` with each condition, and all until its end, as one mark: nobody knows what it would show. */
function withBlocks(marks: readonly TemplateMark[], ways: PostWays): readonly TemplateMark[] {
  if (!ways.markdown.templates.includes('tag')) return marks;
  const opened: number[] = [];
  const closeOf = new Map<number, number>();
  for (const [at, { kind, name, args }] of marks.entries()) {
    if (kind !== 'tag') continue;
    if (CONDITIONS.has(name) || SETS.test(`${name} ${args}`)) opened.push(at);
    const last = marks[opened.at(-1) ?? -1];
    if (last !== undefined && name === `end${last.name}`) closeOf.set(opened.pop() ?? 0, at);
  }
  const whole: TemplateMark[] = [];
  for (let at = 0; at < marks.length; at++) {
    const mark = marks[at];
    const close = closeOf.get(at);
    const end = marks[close ?? -1]?.end;
    if (mark === undefined) continue;
    whole.push(end === undefined ? mark : { ...mark, content: '', end });
    at = close ?? at;
  }
  return whole;
}

/** What a mark shows that no template is needed for: a picture, a link, the address of a post. */
function showMark(
  mark: TemplateMark,
  { post, context, ways }: Pick<Rendering, 'post' | 'context' | 'ways'>,
) {
  const { kind, name, args, content } = mark;
  const { templates } = ways.markdown;
  const linkTo = (target: string) => findPage(target, post.file, context);
  if (kind === 'shortcode' && templates.includes(kind)) {
    return showShortcode(name, args, content, linkTo);
  }
  if (kind === 'tag' && templates.includes(kind)) {
    const own =
      name === 'post_url' || name === 'link' ? ways.tags.get(name)?.(args, context) : undefined;
    return own !== undefined && 'text' in own ? { text: sitePath(own.text, context) } : own;
  }
  if (kind !== 'output' || !templates.includes(kind)) return undefined;
  const call = callIn(mark, { context, ways });
  return call && showShortcode(call.called, call.given, undefined, linkTo);
}

/** The name of the tag that is in the place of a shortcode with a template, while Liquid reads a post. */
const PUT = 'broadsheet_shortcode';

/** The shortcodes that Liquid meets, by their number. */
type Uses = { readonly mark: TemplateMark; readonly line: number; readonly isAddress: boolean }[];

/**
 * Renders the body by Liquid with `site`, `page`, `link`, `post_url` and `include`. Unknown tags and
 * filters, links to missing posts and missing includes are left out, and reported to `warn`. Throws
 * Liquid's error, whose message has the line of the body.
 */
function renderLiquid(rendering: Rendering): string {
  const { post, source, context, ways, own, warn } = rendering;
  let includes = 0;
  const uses: Uses = [];
  const liquid = liquidFor(post.date, context.site, ways, (name) => {
    includes++;
    const text = includes > MOST_INCLUDES ? undefined : context.include(name);
    if (text !== undefined) {
      const within: Warn = (_line, fact) => warn(1, `${fact} (in ${name})`);
      return forLiquid(text, { ...rendering, warn: within }, uses);
    }
    warn(1, `{% include ${name} %} finds no such file, or never ends; ${LEFT_OUT}`);
    return '';
  });
  const page = finder({ page: source.frontMatter });
  addBlock(liquid, PUT, (number, content, findIn) => {
    const { mark, line, isAddress } = uses[number] ?? {};
    const find = (path: string) => findIn(path) ?? page(path);
    const use = mark && ownUse(mark, rendering, find);
    if (use === undefined || line === undefined) return '';
    const inner = mark?.content === undefined ? undefined : content;
    return own[isAddress ? 'now' : 'put']({ ...use, inner, line });
  });
  const prepared = forLiquid(source.body, rendering, uses);
  return String(liquid.parseAndRenderSync(prepared, scopeOf(rendering)));
}

/** `text` with only marks that Liquid knows. */
function forLiquid(text: string, rendering: Rendering, uses: Uses, level = 0): string {
  const { post, context, ways, own, warn } = rendering;
  const { file } = post;
  // Who makes the pages may not know Liquid, so what looks like it in code is code.
  const isInCode = inRanges(ways.isUnknown ? codeRanges(text) : []);
  const replacementOf = (mark: TemplateMark, line: number): Replacement | undefined => {
    const { kind } = mark;
    if (isInCode(mark.start)) {
      if (/^(?:raw|endraw)$/.test(mark.name)) return undefined;
      return { text: `{% raw %}${text.slice(mark.start, mark.end)}{% endraw %}` };
    }
    if (ownUse(mark, rendering, () => undefined) !== undefined) {
      const below = { ...rendering, warn: from(line, warn) };
      const inner = mark.content && forLiquid(mark.content, below, uses, level + 1);
      const isAddress = ADDRESS.test(lineBefore(text, mark.start));
      const number = uses.push({ mark, line, isAddress }) - 1;
      return { text: `{% ${PUT} ${number} %}${inner ?? ''}{% end${PUT} %}` };
    }
    if (kind === 'quoted') return { text: `{% raw %}${mark.args}{% endraw %}` };
    const fence = codeFence(mark, text, ways);
    if (fence !== undefined) return fence;
    if (kind === 'shortcode') {
      const linkTo = (target: string) => findPage(target, file, context);
      const shown = showShortcode(mark.name, mark.args, mark.content, linkTo);
      if (shown !== undefined && 'text' in shown) return shown;
      if (mark.name === 'comment' || mark.name.startsWith('/')) return { text: '' };
    }
    const tag = kind === 'tag' ? ways.tags.get(mark.name)?.(mark.args, context) : undefined;
    if (tag !== undefined && 'text' in tag) {
      // Authors write the path of the site before it themselves, as older versions of Jekyll need.
      const isPrefixed = text.slice(Math.max(0, mark.start - 2), mark.start) === '}}';
      return { text: isPrefixed ? tag.text : sitePath(tag.text, context) };
    }
    const isStrayEnd =
      mark.kind === 'tag' && mark.name.startsWith('end') && !LIQUID_TAGS.has(mark.name);
    if (mark.kind === 'comment' || isStrayEnd) return { text: '' };
    const reason = tag?.reason ?? unknownIn(mark, ways);
    if (reason === undefined) return undefined;
    return { text: '', warning: `${nameOfMark(mark)} ${reason}; ${LEFT_OUT}` };
  };
  const found = findMarks(text, []);
  const marks = level < MOST_LEVELS ? withContent(text, found, (name) => own.has(name)) : found;
  return replaceMarks(text, marks, replacementOf, warn);
}

/** What Liquid does not know in a mark, as a phrase. Undefined if it knows everything. */
function unknownIn({ kind, name, args }: TemplateMark, ways: PostWays): string | undefined {
  if (kind === 'shortcode' || (kind === 'tag' && !LIQUID_TAGS.has(name))) return unknownName(name);
  if (kind === 'tag' && name !== 'assign' && name !== 'echo') return undefined;
  const unquoted = args.replace(/"[^"]*"|'[^']*'/g, '');
  const filters = [...unquoted.matchAll(/\|\s*([\w-]+)/g)].map(([, filter = '']) => filter);
  const unknown = filters.find(
    (filter) => !LIQUID_FILTERS.has(filter) && !ways.filters.has(filter),
  );
  return unknown === undefined ? undefined : `has the filter ${unknown}, which is not known`;
}

/** Turns `{% highlight ruby %}` of `text`, and its end, into a code fence on its own line. */
function codeFence(
  mark: TemplateMark,
  text: string,
  { codeTags }: PostWays,
): Replacement | undefined {
  const isStart = codeTags.has(mark.name);
  if (!isStart && !codeTags.has(mark.name.replace(/^end/, ''))) return undefined;
  const language = isStart ? (/^["']?([\w+#-]*)/.exec(mark.args)?.[1] ?? '') : '';
  const before = mark.start === 0 || text[mark.start - 1] === '\n' ? '' : '\n';
  const after = text[mark.end] === '\n' ? '' : '\n';
  return { text: `${before}~~~~${language}${after}` };
}

/** What is said of a shortcode or tag without a template. */
function unknownName(name: string): string {
  const remedy = name === '' ? '' : `; ${name}.liquid in posts.shortcodes can show it`;
  return `is not known to Broadsheet${remedy}`;
}

function unknownShortcode(mark: TemplateMark): string {
  const name = mark.kind === 'output' ? (/^\w+/.exec(mark.args)?.[0] ?? '') : mark.name;
  return `${nameOfMark(mark)} ${unknownName(name)}; ${LEFT_OUT}`;
}

/** How a message shows a mark: its name, or its first words. */
function nameOfMark({ kind, name, args }: TemplateMark): string {
  const words = (name || args).replace(/\s+/g, ' ');
  const short = words.length > 30 ? `${words.slice(0, 30)}...` : words;
  if (kind === 'output') return `{{ ${short} }}`;
  return kind === 'shortcode' ? `{{< ${short} >}}` : `{% ${short} %}`;
}

/** What templates see of a post and its site. */
function scopeOf({
  post,
  source: { frontMatter },
  context: { site },
}: Pick<Rendering, 'post' | 'source' | 'context'>) {
  const { origin, pathname } = new URL(site.url);
  return {
    site: {
      title: site.title,
      description: site.description,
      url: origin,
      baseurl: pathname.replace(/\/$/, ''),
      lang: site.language,
      language: site.language,
      author: { ...site.author },
    },
    page: {
      ...frontMatter,
      title: post.title,
      slug: post.slug,
      date: post.date.toString(),
      url: post.path,
      id: post.path.replace(/\.html$/, ''),
      path: post.file,
      categories: [...post.categories],
      tags: [...post.tags],
      author: post.authors[0]?.name ?? site.author.name,
    },
  };
}
