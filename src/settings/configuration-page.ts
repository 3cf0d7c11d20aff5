import { configJsonSchema } from './json-schema.ts';

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
}

const OPENING = `# Configuration

Made from the schema by \`npm run reference\`; the annotated example is
[config/broadsheet.yaml](../config/broadsheet.yaml). Paths in the file are relative to it.
An option without a default is left out unless it says "required".

## The environment

| variable | what it does |
| --- | --- |
| \`BROADSHEET_SECRET\` | signs the links in messages; needed to send. Several keys, separated by spaces: the first signs, all are valid |
| \`BROADSHEET_SMTP_URL\` | the relay, in place of \`email.smtpUrl\`, with name and password: \`smtps://name:password@relay.example:465\` |
| \`BROADSHEET_SMTP_URL_ID\` | the same of the relay with that id in \`email.relays\` (capital letters, \`_\` for \`-\`) |
| \`BROADSHEET_SMTP_USER\`, \`BROADSHEET_SMTP_PASSWORD\` | the login at the relay, in place of name and password in its URL. They are taken as they are: no character has to be encoded |
| \`BROADSHEET_SMTP_USER_ID\`, \`BROADSHEET_SMTP_PASSWORD_ID\` | the same for the relay with that id in \`email.relays\` |
| \`NODE_EXTRA_CA_CERTS\` | Node's own: a file with the certificate of an authority of your own, for a relay or a PostgreSQL server that has one of its certificates |
| \`BROADSHEET_DATABASE_URL\` | the database, in place of \`database.url\`: \`sqlite:.broadsheet/broadsheet.db\`, \`postgres://name:password@host/database\` |
| \`BROADSHEET_MACHINE\` | the name of this machine, where its own changes at every start, as a container's does |
| \`BROADSHEET_PUBLIC_URL\` | where the output folder is published, in place of \`publicUrl\` |
| \`BROADSHEET_SERVICE_URL\` | where \`broadsheet start\` answers, or \`none\`, in place of \`serviceUrl\` |
| \`BROADSHEET_ALERT_URL\`, \`BROADSHEET_HEARTBEAT_URL\` | in place of \`alerts.url\` and \`alerts.heartbeatUrl\`, which often have a secret in them |
`;

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
  return `${[OPENING, ...[top, ...tables].map((lines) => `${lines.join('\n')}\n`)].join('\n')}`;
}

function inner(schema: Schema): Schema | undefined {
  if (schema.properties) return schema;
  return schema.items?.properties ? schema.items : undefined;
}

function rowsOf(group: Schema, prefix: string): string[] {
  return Object.entries(group.properties ?? {}).flatMap(([name, option]) => {
    if (option.properties) return rowsOf(option, `${prefix}${name}.`);
    const itself = row(prefix + name, option, group.required?.includes(name) === true);
    return [itself, ...rowsOf(option.items ?? {}, `${prefix}${name}[].`)];
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
  if (option.items?.properties) return 'list';
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
