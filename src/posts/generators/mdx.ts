/**
 * The body of an MDX `file` (Astro, Docusaurus) without the lines that import components and without
 * comments. Elements that HTML does not know are removed elsewhere.
 */
export function withoutComponents(body: string, file: string): string {
  if (!file.endsWith('.mdx')) return body;
  const bare = body.replace(/^(?:import|export) .*$/gm, '');
  // After the last comment end, the regex would search from each comment start to the end of the
  // text.
  const end = bare.lastIndexOf('*/}') + '*/}'.length;
  return bare.slice(0, end).replace(/\{\/\*[\s\S]*?\*\/\}/g, '') + bare.slice(end);
}
