/** The plugin has no types of its own. */
declare module 'markdown-it-footnote' {
  import type { MarkdownIt } from 'markdown-it';

  // biome-ignore lint/style/noDefaultExport: this is how the plugin exports itself.
  export default function footnotePlugin(md: MarkdownIt): void;
}
