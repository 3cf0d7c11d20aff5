import { z } from 'zod';
import { describeEnvironment } from './environment.ts';
import { configSchema } from './schema.ts';

interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly additionalProperties?: Schema | false;
}

const OPENING = `# Configuration

\`npm run reference\` makes this page from the schema. The annotated example is
[config/broadsheet.yaml](../config/broadsheet.yaml). Paths in the file are relative to it.
An option without a default is optional, unless the table says "required".

## The environment

Values of the environment override the file.

| variable | what it does |
| --- | --- |
`;

const NODES_OWN = `| \`NODE_EXTRA_CA_CERTS\` | Node's own: a file with the certificate of your own authority, for a relay or a PostgreSQL server with such a certificate. |
`;

/**
 * The JSON Schema (2020-12) of the config file, as text. Editors use it to complete and check the file.
 */
export function configJsonSchema(): string {
  const schema = z.toJSONSchema(configSchema, { io: 'input', unrepresentable: 'any' });
  return `${JSON.stringify(schema, null, 2)}\n`;
}

/** `docs/configuration.md`: every option with its meaning, values and default. */
export function configurationPage(): string {
  const schema = JSON.parse(configJsonSchema()) as Schema;
  const groups = Object.entries(schema.properties ?? {}).filter(([name]) => name !== '$schema');
  const single = groups.filter(([, group]) => inner(group) === undefined);
  const tables = groups
    .filter(([, group]) => inner(group) !== undefined)
    .map(([name, group]) => {
      const list = group.type === 'array' ? ' A list; each entry has:' : '';
      return [
        `## ${name}`,
        '',
        `${group.description ?? ''}${list}`,
        '',
        ...table(rowsOf(inner(group) ?? {}, '')),
      ];
    });
  const top = [
    '## At the top',
    '',
    ...table(single.map(([name, option]) => row(name, option, false))),
  ];
  const environment = describeEnvironment().map(
    ([name, meaning]) => `| \`${name}\` | ${meaning} |\n`,
  );
  const opening = [OPENING, ...environment, NODES_OWN].join('');
  return `${[opening, ...[top, ...tables].map((lines) => `${lines.join('\n')}\n`)].join('\n')}`;
}

function inner(schema: Schema): Schema | undefined {
  if (schema.properties) return schema;
  return schema.items?.properties ? schema.items : undefined;
}

function rowsOf(group: Schema, prefix: string): string[] {
  return Object.entries(group.properties ?? {}).flatMap(([name, option]) => {
    if (option.properties) return rowsOf(option, `${prefix}${name}.`);
    const itself = row(prefix + name, option, group.required?.includes(name) === true);
    const alternative = option.anyOf?.find(({ properties }) => properties !== undefined) ?? {};
    return [
      itself,
      ...rowsOf(option.items ?? {}, `${prefix}${name}[].`),
      ...rowsOf(alternative, `${prefix}${name}.`),
    ];
  });
}

function table(rows: readonly string[]): string[] {
  return ['| option | what it is | values | default |', '| --- | --- | --- | --- |', ...rows];
}

function row(name: string, option: Schema, required: boolean): string {
  const fallback =
    option.default === undefined ? (required ? 'required' : '') : code(option.default);
  return `| \`${name}\` | ${option.description ?? ''} | ${valuesOf(option)} | ${fallback} |`;
}

function valuesOf(option: Schema): string {
  if (option.anyOf) return option.anyOf.map(valuesOf).join(', or ');
  if (option.const !== undefined) return code(option.const);
  if (option.enum) return option.enum.map(code).join(', ');
  if (option.properties) return 'a group';
  if (option.items?.properties) return 'list';
  if (option.additionalProperties) return 'names and texts';
  if (option.items)
    return `list of ${option.items.enum ? valuesOf(option.items) : wordOf(option.items)}`;
  if (option.type === 'boolean') return '`true`, `false`';
  if (option.minimum !== undefined) return `${option.minimum} to ${option.maximum}`;
  return option.type === 'string' ? 'text' : (option.type ?? '');
}

function wordOf({ type }: Schema): string {
  return type === 'integer' || type === 'number' ? 'numbers' : 'text';
}

function code(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text === '' ? 'empty' : `\`${text.replaceAll('|', '\\|').replaceAll(',', ', ')}\``;
}
