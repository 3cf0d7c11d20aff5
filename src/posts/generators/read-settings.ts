import { extname } from 'node:path';
import { parse as parseToml } from 'smol-toml';
import { parse as parseYaml } from 'yaml';
import { readRegularFile } from '../../kernel/regular-file.ts';

/** A site generator's settings by name; of a program, those that show without running it. */
export type Settings = Readonly<Record<string, unknown>>;

/**
 * The settings in a site generator's `file`: YAML, TOML, JSON, or a program, which is read but not
 * run. Empty if nothing can be read. Never throws.
 */
export function readSettings(file: string): Settings {
  try {
    const text = readRegularFile(file).toString();
    const value = parse(text, extname(file));
    return typeof value === 'object' && value !== null ? (value as Settings) : {};
  } catch {
    return {};
  }
}

function parse(text: string, ending: string): unknown {
  if (ending === '.toml') return parseToml(text);
  // MkDocs names Python functions with tags that no other program knows.
  if (/^\.(?:ya?ml|json)$/.test(ending)) return parseYaml(text, { logLevel: 'silent' });
  return fromProgram(text);
}

/** `publicDir: 'static'`, `OUTPUT_PATH = "out"`, and each path of `addPassthroughCopy(...)`. */
function fromProgram(text: string): Settings {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*(\/\/|#).*$/gm, '');
  const settings: Record<string, string[]> = {};
  const add = (key: string, values: string) => {
    const texts = [...values.matchAll(/(['"`])(.*?)\1/g)].map(([, , value = '']) => value);
    settings[key] = [...(settings[key] ?? []), ...texts];
  };
  for (const [, key = '', values = ''] of code.matchAll(
    /\b(\w+)['"]?\s*[:=]\s*(['"`][^'"`\n]*['"`]|\[[^\]]*\])/g,
  )) {
    add(key, values);
  }
  for (const [, values = ''] of code.matchAll(/\.addPassthroughCopy\(([^)]*)\)/g)) {
    // `{ from: to }` may have names without quotes; reading the targets too does no harm.
    add('addPassthroughCopy', values.replace(/([{,]\s*)([\w./-]+)\s*:/g, "$1'$2':"));
  }
  return settings;
}

/** The texts under `key`, one or a list of them. */
export function textsAt(settings: Settings, key: string): readonly string[] {
  const value = settings[key];
  const all: readonly unknown[] = Array.isArray(value) ? value : [value];
  return all.filter((each) => typeof each === 'string' && each !== '') as readonly string[];
}

/** The first text under `key`. */
export function textAt(settings: Settings, key: string): string | undefined {
  return textsAt(settings, key)[0];
}

/** The texts under all of `keys`; `usual` if there are none. */
export function textsOr(
  settings: Settings,
  keys: readonly string[],
  usual: string,
): readonly string[] {
  const named = keys.flatMap((key) => textsAt(settings, key));
  return named.length > 0 ? named : [usual];
}
