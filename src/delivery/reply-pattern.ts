import type { Reply } from './delivery.ts';

/**
 * A reply without the parts that differ between messages: addresses, hosts, numbers, ids. If
 * replies to several readers have one pattern, they mean the same. Pure; never throws.
 */
export function replyPattern({ code, enhancedCode = '', text }: Reply, address: string): string {
  const [local = ''] = address.toLowerCase().split('@');
  const words = text
    .toLowerCase()
    .replaceAll(address.toLowerCase(), ' ')
    .replace(/https?:\S+/g, ' ')
    .replace(/[^\s<>"'(]+@[^\s<>"'),;:]+/g, ' ')
    .split(/[^\p{L}\p{N}.-]+/u)
    // Names of hosts, numbers, queue ids, and the reader's own name.
    .filter((word) => !/\d|\w\.\w/.test(word) && word !== local)
    .map((word) => word.replace(/^[.-]+|[.-]+$/g, ''));
  return [code, enhancedCode, ...words].filter((word) => word !== '').join(' ');
}
