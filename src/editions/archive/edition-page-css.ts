/**
 * Style of the parts around an edition on its page. It has its own background and colours in both
 * palettes, because a template may have any. It is in no layer, so the mail's rules for links and
 * lists do not affect it. `mail-only` marked what is not for the web before templates knew `is_web`.
 */
export const EDITION_PAGE_CSS = `
.archived { display: flex; flex-direction: column; min-height: 100vh; margin: 0; }
.archived > main { flex: 1 0 auto; }
.archived .mail-only { display: none; }
.archived-frame, .archived-more {
  background: #fffefa;
  color: #1b1a18;
  font: 16px/24px -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif;
}
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
footer.archived-frame ul { display: block; padding-top: 16px; padding-bottom: 32px; }
.archived-more { box-sizing: border-box; max-width: 600px; margin: 0 auto; padding: 8px 28px 28px; }
.archived-more h2 { margin: 16px 0 8px; font-size: 21px; line-height: 26px; }
.archived-more ul { margin: 0; padding: 0; list-style: none; }
.archived-more li { padding: 6px 0; overflow-wrap: anywhere; }
.archived-more a { color: inherit; }
@media (max-width: 479px) {
  .archived-frame ul, .archived-more { padding-left: 20px; padding-right: 20px; }
}
@media (prefers-color-scheme: dark) {
  .archived-frame, .archived-more { background: #191a1c; color: #f4f1ea; }
}
`;
