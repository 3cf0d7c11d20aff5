export const FEED_CSS_FILE = 'feed.css';

/**
 * How a browser shows an RSS or Atom document: that it is a feed, its title and its items. Style
 * sheets apply only to elements and their text. Content for programs (dates, ids, markup) is
 * hidden, and links cannot be clicked.
 */
export const FEED_CSS = `@namespace atom "http://www.w3.org/2005/Atom";

:root {
  color-scheme: light dark;
  --paper: light-dark(#fbfaf7, #16181c);
  --ink: light-dark(#1c1d1f, #e9e7e2);
  --soft: light-dark(#5b5c60, #a8a8ac);
  --rule: light-dark(#d9d5cb, #34373e);
  --mark: light-dark(#8b1e2d, #f0909c);
}

rss, atom|feed {
  display: block;
  box-sizing: border-box;
  max-width: 44rem;
  margin: 0 auto;
  padding: 1.5rem 1rem 4rem;
  background: var(--paper);
  color: var(--ink);
  font: 1.0625rem/1.6 Georgia, 'Times New Roman', serif;
  overflow-wrap: anywhere;
}

rss::before, atom|feed::before {
  content: 'This is a feed, made for feed readers. Copy the address of this page into one, and new articles come to you.';
  display: block;
  margin-bottom: 2rem;
  padding: .75rem 1rem;
  border-left: .25rem solid var(--mark);
  color: var(--soft);
  font: 1rem/1.5 system-ui, sans-serif;
}

/* Everything is hidden, but for what a person reads. */
channel > *, item > *, atom|feed > *, atom|entry > * { display: none; }

channel { display: block; }

channel > title, atom|feed > atom|title {
  display: block;
  font-size: 2rem;
  font-weight: bold;
  line-height: 1.2;
}

channel > description, atom|feed > atom|subtitle {
  display: block;
  margin: .5rem 0 1.5rem;
  color: var(--soft);
  font-size: 1.1875rem;
}

item, atom|entry {
  display: block !important;
  padding: 1.25rem 0;
  border-top: 1px solid var(--rule);
}

item > title, atom|entry > atom|title {
  display: block;
  font-size: 1.3125rem;
  font-weight: bold;
  line-height: 1.3;
}

item > pubDate {
  display: block;
  color: var(--soft);
  font: .875rem/1.6 system-ui, sans-serif;
}

item > description, atom|entry > atom|summary {
  display: block;
  margin-top: .375rem;
}
`;
