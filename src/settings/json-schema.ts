import { z } from 'zod';
import { configSchema } from './schema.ts';

/**
 * The JSON Schema (2020-12) of the config file, as text. Editors use it to complete and check the file.
 */
export function configJsonSchema(): string {
  const schema = z.toJSONSchema(configSchema, { io: 'input', unrepresentable: 'any' });
  return `${JSON.stringify(schema, null, 2)}\n`;
}
