interface Definition {
  readonly innerType?: unknown;
  readonly in?: unknown;
  readonly element?: unknown;
  readonly shape?: Readonly<Record<string, unknown>>;
}

function definitionOf(schema: unknown): Definition {
  return (schema as { def?: Definition } | undefined)?.def ?? {};
}

/** The schema without what is around it: defaults, transformations, leave to be absent. */
function unwrap(schema: unknown): unknown {
  const { innerType, in: input } = definitionOf(schema);
  const inner = innerType ?? input;
  return inner === undefined ? schema : unwrap(inner);
}

/** The options of a group, by name; undefined for a schema of zod's that is no group. */
export function shapeOf(schema: unknown): Readonly<Record<string, unknown>> | undefined {
  return definitionOf(unwrap(schema)).shape;
}

/** The schema of a list's entries; undefined for one that is no list. */
export function elementOf(schema: unknown): unknown {
  return definitionOf(unwrap(schema)).element;
}
