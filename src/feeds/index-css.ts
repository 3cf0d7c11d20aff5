/** The style of `index.html`. It is part of the page, so the page needs no other file. */
export const INDEX_CSS = `
:root {
  color-scheme: light dark;
  --paper: #fbfaf7;
  --card: #fff;
  --ink: #1c1d1f;
  --soft: #55565b;
  --rule: #ddd8cd;
  --mark: #8b1e2d;
  --on-mark: #fff;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14161a;
    --card: #1d2025;
    --ink: #eceae5;
    --soft: #b0b0b5;
    --rule: #363a42;
    --mark: #f09aa5;
    --on-mark: #1a1013;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0;
  background: var(--paper);
  color: var(--ink);
  font: 1.0625rem/1.6 system-ui, -apple-system, 'Segoe UI', sans-serif;
  overflow-wrap: anywhere;
}
header, main, footer { max-width: 46rem; margin: 0 auto; padding: 0 1.25rem; }
body { border-top: .375rem solid var(--mark); }
header { padding-top: 3rem; }
h1, h2, h3, .latest a { font-family: Georgia, 'Times New Roman', serif; line-height: 1.2; text-wrap: balance; }
h1 { margin: 0; font-size: clamp(2rem, 8vw, 3rem); letter-spacing: -.01em; }
h2 { margin: 3rem 0 .75rem; padding-top: .75rem; border-top: 3px double var(--rule); font-size: 1.5rem; }
h3 { margin: 0; font-size: 1.1875rem; }
p { margin: .75rem 0; }
a { color: var(--mark); text-underline-offset: .15em; }
a:focus-visible, summary:focus-visible { outline: 3px solid var(--mark); outline-offset: 3px; }
.tagline { margin: .75rem 0 0; color: var(--soft); font-size: 1.1875rem; }
.steps { margin: 1rem 0; padding-left: 1.5rem; }
.steps li { margin: .375rem 0; }
.feeds { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 18rem), 1fr)); gap: 1rem; margin: 1rem 0; padding: 0; list-style: none; }
.feed { padding: 1.125rem 1.25rem 1.25rem; border: 1px solid var(--rule); border-radius: .5rem; background: var(--card); }
.main { padding: 1.5rem; border-color: var(--mark); }
.formats { display: flex; flex-wrap: wrap; gap: .5rem; margin: .875rem 0 0; padding: 0; list-style: none; }
.formats a { display: inline-block; min-height: 2.75rem; padding: .5rem .875rem; border: 1px solid var(--mark); border-radius: 999px; font-size: .9375rem; font-weight: 600; text-decoration: none; }
.formats a:hover { background: var(--mark); color: var(--on-mark); }
.addresses { display: grid; grid-template-columns: max-content 1fr; gap: .5rem 1rem; align-items: baseline; margin: 0; }
.addresses dt { color: var(--soft); font-size: .9375rem; }
.addresses dd { margin: 0; }
@media (max-width: 30rem) { .addresses { display: block; } .addresses dt { margin-top: .5rem; } }
code { font: .9375rem/1.5 ui-monospace, 'Cascadia Mono', Menlo, monospace; user-select: all; }
.latest { margin: 0; padding: 0; list-style: none; }
.latest li { padding: .75rem 0; border-bottom: 1px solid var(--rule); }
.latest a { font-size: 1.1875rem; font-weight: bold; color: inherit; text-decoration: none; }
.latest a:hover { text-decoration: underline; }
.latest time { display: block; color: var(--soft); font-size: .875rem; }
footer { margin-top: 3rem; padding-bottom: 3rem; color: var(--soft); font-size: .9375rem; }
@media print { body { background: none; color: #000; } }
`;
