import { z } from 'zod';
import { configSchema } from './schema.ts';

/** The JSON Schema (2020-12) of the config file, as text, so that editors complete and check it. */
export function configJsonSchema(): string {
  const schema = z.toJSONSchema(configSchema, { io: 'input', unrepresentable: 'any' });
  return `${JSON.stringify(schema, null, 2)}\n`;
}
