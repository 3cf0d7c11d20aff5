import { readableColor } from '../../templates/readable-color.ts';

const LIGHT = '#fffefa';
const DARK = '#191a1c';

/**
 * Style of the parts around an edition on its page. It has its own background and colours in both
 * palettes, because a template may have any. It is in no layer, so the mail's rules for links and
 * lists do not affect it. `mail-only` marked what is not for the web before templates knew `is_web`.
 * `color` is the accent colour, `#rrggbb`.
 */
export function editionPageCss(color: string): string {
  return `
.archived-frame, .archived-more { --ground: ${LIGHT}; --ink: #1b1a18; --rule: #dcd6c9; --mark: ${readableColor(color, LIGHT)}; }
@media (prefers-color-scheme: dark) {
  .archived-frame, .archived-more { --ground: ${DARK}; --ink: #f4f1ea; --rule: #393835; --mark: ${readableColor(color, DARK)}; }
}
.archived { display: flex; flex-direction: column; min-height: 100vh; margin: 0; }
.archived > main { flex: 1 0 auto; }
.archived .mail-only { display: none; }
.archived-frame, .archived-more {
  background: var(--ground);
  color: var(--ink);
  font: 16px/24px -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif;
}
.archived-frame :where(div, h2, nav, p, section, span) { margin: 0; border: 0; background: none; color: inherit; font: inherit; text-align: start; }
.archived-frame ul {
  display: flex;
  flex-wrap: wrap;
  gap: 4px 24px;
  box-sizing: border-box;
  max-width: 600px;
  margin: 0 auto;
  padding: 8px 28px;
  list-style: none;
}
.archived-frame li { min-width: 0; overflow-wrap: anywhere; }
.archived-frame a { display: inline-block; padding: 6px 0; color: inherit; }
.archived-frame a:focus-visible, .archived-more a:focus-visible {
  outline: 3px solid currentColor;
  outline-offset: 2px;
}
header.archived-frame li:first-child { flex: 1 0 auto; max-width: 100%; font-weight: bold; }
.archived-frame .logo { display: block; width: auto; max-width: 100%; max-height: 40px; border-radius: 3px; }
.archived-next, .archived-neighbours, .archived-end { box-sizing: border-box; max-width: 600px; margin: 0 auto; padding: 0 28px; }
.archived-next { padding-top: 32px; padding-bottom: 32px; }
.archived-next h2 { margin: 0; font: bold 24px/30px Georgia, Gelasio, 'Noto Serif', 'Times New Roman', serif; text-wrap: balance; }
.archived-next p { margin: 8px 0 0; }
.archived-frame .archived-button { margin-top: 8px; padding: 10px 24px; border-radius: 4px; background: var(--mark); color: var(--ground); font-weight: bold; text-decoration: none; }
.archived-neighbours ul { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 200px), 1fr)); gap: 16px 32px; padding: 20px 0; border-top: 1px solid var(--rule); }
.archived-neighbours span { display: block; font-size: 13px; line-height: 20px; }
.archived-neighbours a { padding: 0; font: bold 17px/24px Georgia, Gelasio, 'Noto Serif', 'Times New Roman', serif; text-decoration: none; }
.archived-neighbours a:hover { text-decoration: underline; }
.archived-end ul { padding: 12px 0 36px; border-top: 3px double var(--rule); }
.archived-more { box-sizing: border-box; max-width: 600px; margin: 0 auto; padding: 8px 28px 28px; }
.archived-more h2 { margin: 16px 0 8px; font-size: 21px; line-height: 26px; }
.archived-more ul { margin: 0; padding: 0; list-style: none; }
.archived-more li { padding: 6px 0; overflow-wrap: anywhere; }
.archived-more a { color: inherit; }
@media (max-width: 479px) {
  header.archived-frame ul, .archived-more, .archived-next, .archived-neighbours, .archived-end { padding-left: 20px; padding-right: 20px; }
}
@media (prefers-color-scheme: dark) {
  .archived-frame .logo { padding: 4px 8px; background: ${LIGHT}; color: #1b1a18; }
}
`;
}
