import { join } from 'node:path';
import { isPair, isScalar, type Scalar, visit } from 'yaml';
import type { Problem } from '../kernel/problem.ts';
import { readRegularFile } from '../kernel/regular-file.ts';
import type { Config } from './config.ts';
import { optionName, type ParsedYaml } from './config-problems.ts';
import { readYaml, valuesOf } from './read-yaml.ts';

/** Values in a config file that are still from the example. */
export interface ExampleValues {
  /** They must never be published or mailed. */
  readonly refused: readonly Problem[];
  /** Whether one of the refused values would be in a feed. Feeds show nothing of newsletters. */
  readonly areInFeeds: boolean;
  /** They may be right: a name that a real newsletter may have, or an address only for tests. */
  readonly warnings: readonly (Problem & { readonly line: number })[];
}

/** The name of the newsletter in the config that `init` writes. */
export const EXAMPLE_NEWSLETTER = 'The Harbour Morning';

const EXAMPLE = join(import.meta.dirname, '../../config/broadsheet.yaml');

/** The example's domain and its subdomains. */
const EXAMPLE_DOMAIN = /(?<![a-z0-9-])harbour\.example(?![a-z0-9-]|\.[a-z0-9])/i;

/** Reserved names (RFC 2606), before a path or at the end of an address. */
const NOBODYS = /(?:^|[@./])(?:[^@/]+\.)?(?:example|example\.(?:com|net|org))\/?$/i;

interface Value {
  readonly path: readonly (string | number)[];
  readonly text: string;
  readonly line: number;
  readonly column: number;
}

/**
 * The values of the config file that are the same in Broadsheet's example: its domain, title,
 * descriptions and postal address, each with its place. The newsletter's name counts only together with
 * another such value: alone, it may be the real Politics Essential. Throws a config error for a file that
 * is not YAML.
 */
export function exampleValues({
  file,
  publicUrl,
}: Pick<Config, 'file' | 'publicUrl'>): ExampleValues {
  const values = valuesIn(readYaml(file, readRegularFile(file).toString()));
  const { texts, name } = readExample();
  const isExample = ({ text }: Value) =>
    EXAMPLE_DOMAIN.test(text) || texts.some((each) => normal(text).includes(each));
  const sure = values.filter(isExample);
  const named = values.filter((value) => isNewsletterName(value) && normal(value.text) === name);
  const besideSure = (value: Value) =>
    sure.some((other) => other.path[1] === value.path[1] && other.path[0] === 'newsletters');
  const refused = values.filter(
    (value) => sure.includes(value) || (named.includes(value) && besideSure(value)),
  );
  const problem = (value: Value, message: string) => ({
    ...{ file, line: value.line, column: value.column },
    message: `${optionName(value.path)} is ${quote(value.text)}, ${message}`,
  });
  const others = values.filter((value) => !refused.includes(value));
  const fromEnvironment = ofEnvironment(publicUrl, sure);
  return {
    refused: [
      ...refused.map((value) => problem(value, `the example's; write ${remedyFor(value.path)}`)),
      ...fromEnvironment,
    ],
    areInFeeds: fromEnvironment.length > 0 || refused.some(({ path }) => path[0] !== 'newsletters'),
    warnings: [
      ...others
        .filter((value) => named.includes(value) && value.path.at(-2) !== 'from')
        .map((value) => problem(value, 'as in the example; write your own, if that is not yours')),
      ...others
        .filter((value) => isAddressOfOurs(value) && NOBODYS.test(hostOf(value.text)))
        .map((value) => problem(value, `an example; write ${remedyFor(value.path)}`)),
    ],
  };
}

function isNewsletterName({ path }: Value): boolean {
  return path[0] === 'newsletters' && path.at(-1) === 'name';
}

/** The addresses on which everything else depends. */
function isAddressOfOurs({ path }: Value): boolean {
  const option = path.filter((step) => typeof step === 'string').join('.');
  return ['site.url', 'publicUrl', 'newsletters.from.address'].includes(option);
}

function hostOf(text: string): string {
  return URL.canParse(text) ? new URL(text).host : text;
}

/** The environment overrides the file. */
function ofEnvironment(publicUrl: string, values: readonly Value[]): Problem[] {
  const host = hostOf(publicUrl);
  if (!EXAMPLE_DOMAIN.test(host) || values.some(({ text }) => hostOf(text) === host)) return [];
  const message = `is ${publicUrl}, the example's; write the address of your site`;
  return [{ file: 'BROADSHEET_PUBLIC_URL', message }];
}

/** Every text in the file except the names of options. */
function valuesIn({ document, lines }: ParsedYaml): readonly Value[] {
  const values: Value[] = [];
  visit(document, {
    Scalar(key, node, above) {
      if (key === 'key' || typeof node.value !== 'string' || !node.range) return;
      const { line, col: column } = lines.linePos(node.range[0]);
      values.push({ path: pathOf(above, key), text: node.value, line, column });
    },
  });
  return values;
}

type Ancestors = Parameters<Extract<Parameters<typeof visit>[1], (...args: never) => unknown>>[2];

function pathOf(above: Ancestors, last: number | string | null): (string | number)[] {
  const path: (string | number)[] = [];
  for (const [at, node] of above.entries()) {
    if (isPair(node) && isScalar(node.key)) path.push(String((node.key as Scalar).value));
    const next = above[at + 1];
    const items = typeof node === 'object' && node !== null && 'items' in node ? node.items : [];
    if (next !== undefined && !isPair(next)) {
      const index = (items as readonly unknown[]).indexOf(next);
      if (index >= 0) path.push(index);
    }
  }
  return typeof last === 'number' ? [...path, last] : path;
}

const REMEDIES: Readonly<Record<string, string>> = {
  title: 'the title of your site',
  url: 'the address of your site',
  publicUrl: 'where the feeds are on your site',
  description: 'a sentence of your own, or leave it out',
  postalAddress: 'your postal address',
  address: 'the address that you send from',
  name: 'your own name',
};

function remedyFor(path: readonly (string | number)[]): string {
  const option = String(path.at(-1));
  if (option === 'name' && path[0] === 'newsletters') return 'the name of your newsletter';
  return REMEDIES[option] ?? 'your own';
}

function quote(text: string): string {
  return URL.canParse(text) ? text : JSON.stringify(text);
}

/** The example's texts, in the form for comparison. */
function readExample(): { readonly texts: readonly string[]; readonly name: string } {
  const { site, newsletters } = valuesOf(
    readYaml(EXAMPLE, readRegularFile(EXAMPLE).toString()),
  ) as {
    readonly site: { readonly title: string; readonly description: string };
    readonly newsletters: readonly [
      { readonly name: string; readonly description: string; readonly postalAddress: string },
    ];
  };
  const [{ name, description, postalAddress }] = newsletters;
  const texts = [
    ...[site.title, site.description, description, postalAddress],
    EXAMPLE_NEWSLETTER,
  ].map(normal);
  return { texts, name: normal(name) };
}

function normal(text: string): string {
  return text.trim().replace(/\s+/g, ' ').toLowerCase();
}
