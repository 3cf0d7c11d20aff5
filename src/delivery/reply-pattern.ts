import type { Reply } from './delivery.ts';

/**
 * A reply without what differs from one message to the next: addresses, hosts, numbers, ids. Replies to
 * several readers that have one pattern say the same thing. Pure; never throws.
 */
export function replyPattern({ code, enhancedCode = '', text }: Reply, address: string): string {
  const [local = ''] = address.toLowerCase().split('@');
  const words = text
    .toLowerCase()
    .replaceAll(address.toLowerCase(), ' ')
    .replace(/https?:\S+/g, ' ')
    .replace(/[^\s<>"'(]+@[^\s<>"'),;:]+/g, ' ')
    .split(/[^\p{L}\p{N}.-]+/u)
    // Names of hosts, numbers, queue ids; and the reader's own name.
    .filter((word) => !/\d|\w\.\w/.test(word) && word !== local)
    .map((word) => word.replace(/^[.-]+|[.-]+$/g, ''));
  return [code, enhancedCode, ...words].filter((word) => word !== '').join(' ');
}
