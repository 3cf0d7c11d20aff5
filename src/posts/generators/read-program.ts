import { tsPlugin } from '@sveltejs/acorn-typescript';
import { type AnyNode, Parser } from 'acorn';

/** What a config program says in literals, read without running it. */
export interface ProgramValues {
  /** The value that it exports, such as the argument of `defineConfig`; undefined if it is not literal. */
  readonly exported: unknown;
  /** Its other constants and exports, by name. */
  readonly named: Readonly<Record<string, unknown>>;
  /** The literal arguments of each method call, by the name of the method. */
  readonly calls: Readonly<Record<string, readonly (readonly unknown[])[]>>;
}

const TypeScript = Parser.extend(tsPlugin());

/** Deeper than any config nests, and shallow enough for the stack. */
const DEEPEST = 100;

/**
 * Reads the literal values of a config that is a JavaScript or TypeScript program (a module, or with
 * `module.exports`). It never runs the program: a value that has to be computed is undefined. Throws a
 * SyntaxError if the text is not such a program.
 */
export function readProgram(text: string): ProgramValues {
  const program = TypeScript.parse(text, {
    ecmaVersion: 'latest',
    sourceType: 'module',
    allowHashBang: true,
    allowReturnOutsideFunction: true,
    locations: true,
  });
  const constants = new Map<string, AnyNode>();
  const calls: Record<string, (readonly unknown[])[]> = {};
  let exported: AnyNode | undefined;
  const found: AnyNode[] = [];
  visit(program, (node) => {
    if (node.type === 'VariableDeclarator' && node.id.type === 'Identifier' && node.init) {
      constants.set(node.id.name, node.init);
    } else if (node.type === 'FunctionDeclaration' && node.id) {
      constants.set(node.id.name, node);
    } else if (node.type === 'ExportDefaultDeclaration') {
      exported = node.declaration;
    } else if (node.type === 'AssignmentExpression' && isModuleExports(node.left)) {
      exported = node.right;
    } else if (node.type === 'CallExpression') found.push(node);
  });
  const literal = (node: AnyNode | null | undefined) => evaluate(node, constants, 0);
  for (const node of found) {
    if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression') continue;
    const { property } = node.callee;
    if (property.type !== 'Identifier') continue;
    calls[property.name] ??= [];
    calls[property.name]?.push(node.arguments.map(literal));
  }
  const named = [...constants].map(([name, node]) => [name, literal(node)] as const);
  return {
    exported: literal(exported),
    named: Object.fromEntries(named.filter(([, value]) => value !== undefined)),
    calls,
  };
}

function visit(node: AnyNode, each: (node: AnyNode) => void): void {
  const waiting: AnyNode[] = [node];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    each(next);
    for (const value of Object.values(next)) {
      if (Array.isArray(value)) waiting.push(...value.filter(isNode));
      else if (isNode(value)) waiting.push(value);
    }
  }
}

function isNode(value: unknown): value is AnyNode {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value;
}

function isModuleExports(node: AnyNode): boolean {
  return (
    node.type === 'MemberExpression' &&
    node.object.type === 'Identifier' &&
    node.object.name === 'module' &&
    node.property.type === 'Identifier' &&
    node.property.name === 'exports'
  );
}

/** The literal value of an expression; undefined for one that has to be computed. */
function evaluate(
  node: AnyNode | null | undefined,
  constants: ReadonlyMap<string, AnyNode>,
  depth: number,
): unknown {
  if (!node || depth > DEEPEST) return undefined;
  const inner = (next: AnyNode | null | undefined) => evaluate(next, constants, depth + 1);
  switch (node.type) {
    case 'Literal':
      return node.regex === undefined && node.bigint === undefined ? node.value : undefined;
    case 'TemplateLiteral': {
      const parts = node.expressions.map(inner);
      if (!parts.every((part) => typeof part === 'string' || typeof part === 'number')) {
        return undefined;
      }
      return node.quasis.map(({ value }, at) => `${value.cooked}${parts[at] ?? ''}`).join('');
    }
    case 'ArrayExpression':
      return node.elements.map(inner);
    case 'ObjectExpression': {
      const entries = node.properties.flatMap((property): [string, unknown][] => {
        if (property.type === 'SpreadElement') {
          const spread = inner(property.argument);
          return typeof spread === 'object' && spread !== null ? Object.entries(spread) : [];
        }
        const { key } = property;
        const named = key.type === 'Identifier' && !property.computed ? key.name : inner(key);
        const name = typeof named === 'string' || typeof named === 'number' ? String(named) : '';
        return name === '' ? [] : [[name, inner(property.value)]];
      });
      return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
    }
    case 'Identifier':
      return inner(constants.get(node.name));
    case 'MemberExpression': {
      const object = inner(node.object);
      const { property } = node;
      const key =
        property.type === 'Identifier' && !node.computed ? property.name : inner(property);
      if (typeof object !== 'object' || object === null || typeof key === 'symbol')
        return undefined;
      return Object.hasOwn(object, String(key)) ? Reflect.get(object, String(key)) : undefined;
    }
    case 'UnaryExpression': {
      const value = inner(node.argument);
      if (node.operator === '!' && typeof value === 'boolean') return !value;
      return node.operator === '-' && typeof value === 'number' ? -value : undefined;
    }
    case 'BinaryExpression': {
      const [left, right] = [inner(node.left), inner(node.right)];
      const isText = typeof left === 'string' && typeof right === 'string';
      return node.operator === '+' && isText ? left + right : undefined;
    }
    case 'LogicalExpression':
      // `process.env.SITE_URL || 'https://example.org'`: the literal is the value without the variable.
      return node.operator === '&&' ? undefined : (inner(node.left) ?? inner(node.right));
    case 'AwaitExpression':
    case 'ParenthesizedExpression':
      return inner(node.type === 'AwaitExpression' ? node.argument : node.expression);
    case 'CallExpression':
      // `defineConfig({...})`, `withTheme({...})`.
      return node.callee.type === 'Identifier' && node.arguments.length > 0
        ? inner(node.arguments[0])
        : undefined;
    case 'FunctionDeclaration':
    case 'FunctionExpression':
    case 'ArrowFunctionExpression':
      return node.body.type === 'BlockStatement'
        ? inner(node.body.body.find(({ type }) => type === 'ReturnStatement'))
        : inner(node.body);
    case 'ReturnStatement':
      return inner(node.argument);
    default:
      return typed(node, inner);
  }
}

/** `value as const`, `value satisfies Config`: the value without its type. */
function typed(node: AnyNode, inner: (node: AnyNode) => unknown): unknown {
  const { expression } = node as { readonly expression?: unknown };
  return /^TS.*(As|Satisfies|NonNull|TypeAssertion)/.test(node.type) && isNode(expression)
    ? inner(expression)
    : undefined;
}
