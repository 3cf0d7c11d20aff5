import { isPrivateHost } from '../../kernel/private-host.ts';
import { type GateFinding, listed } from './finding.ts';
import type { ReadMail } from './read-mail.ts';

/** The answer of another server about one address. */
export interface LinkAnswer {
  readonly url: string;
  /** `gone`: it does not exist; `away`: nobody knows now. */
  readonly kind: 'alive' | 'gone' | 'away';
  /** A phrase: `answers 404`. */
  readonly fact: string;
}

/** RFC 2606 and 6761: names that nobody has. */
const IS_EXAMPLE = /(?:^|\.)(?:example\.(?:com|net|org)|example|test|invalid)$/i;
const IS_TARGET = /^(?:https?:\/\/[^/]|mailto:.|tel:.|sms:.)/i;

/** The addresses of all links. */
export function linksOf({ document }: Pick<ReadMail, 'document'>): readonly string[] {
  const hrefs = document('a, area')
    .get()
    .map(({ attribs }) => attribs.href);
  return [...new Set(hrefs.filter((href) => href !== undefined).map((href) => href.trim()))];
}

/** The addresses of all pictures. */
export function picturesOf({ document }: Pick<ReadMail, 'document'>): readonly string[] {
  const sources = document('img')
    .get()
    .map(({ attribs }) => attribs.src ?? '');
  return [...new Set(sources.map((source) => source.trim()))];
}

/**
 * Whether every link leads somewhere from any inbox. `ownHosts`: those of the site itself, which a trial has
 * on this machine; their addresses are checked when an edition is composed.
 */
export function checkLinks(
  mail: Pick<ReadMail, 'document'>,
  ownHosts: ReadonlySet<string>,
  answers: readonly LinkAnswer[],
): readonly GateFinding[] {
  const links = linksOf(mail);
  const broken = links.filter((href) => !IS_TARGET.test(href) || URL.parse(href) === null);
  const foreign = links.filter((href) => !broken.includes(href) && /^https?:/i.test(href));
  const unreachable = foreign.filter((href) => {
    const { hostname, host } = new URL(href);
    return !ownHosts.has(host) && (IS_EXAMPLE.test(hostname) || isPrivateHost(hostname));
  });
  return [
    ...report('error', broken, 'a link leads nowhere:', 'write absolute addresses, https://...'),
    ...report('warning', unreachable, 'a link leads to no public site:', 'write a public address'),
    ...reportAnswers('links', links, answers),
  ];

  function report(
    level: GateFinding['level'],
    wrong: readonly string[],
    words: string,
    remedy: string,
  ): readonly GateFinding[] {
    const fact = `${words} ${listed(wrong.map((href) => `"${href.slice(0, 80)}"`))}`;
    return wrong.length === 0 ? [] : [{ check: 'links', level, fact, remedy }];
  }
}

/** Pictures that many mail programs do not show. */
const UNFIT = /\.(?:svgz?|avif|hei[cf]|jxl|jp2|tiff?)$/i;

/** Whether every picture can be shown, and says what it shows to those who do not see it. */
export function checkPictures(
  mail: Pick<ReadMail, 'document'>,
  ownHosts: ReadonlySet<string>,
  answers: readonly LinkAnswer[],
): readonly GateFinding[] {
  const faults = new Map<
    string,
    { readonly level: GateFinding['level']; readonly of: Set<string> }
  >();
  const note = (level: GateFinding['level'], fault: string, source: string) => {
    const known = faults.get(fault) ?? { level, of: new Set<string>() };
    faults.set(fault, known);
    known.of.add(source.slice(0, 80) || 'without an address');
  };
  for (const { attribs } of mail.document('img').get()) {
    const { src = '', alt, width, style = '' } = attribs;
    const url = URL.parse(src);
    if (url === null || (url.protocol !== 'https:' && !ownHosts.has(url.host)))
      note('error', 'is not at https, so mail programs do not show it', src);
    else if (UNFIT.test(url.pathname))
      note('error', 'has a format that mail programs do not show (use JPEG, PNG or GIF)', src);
    if (alt === undefined) note('error', 'has no alt text (alt="" if it only decorates)', src);
    if (width === undefined && !/(?:^|[;\s])width\s*:/.test(style))
      note('warning', 'has no width, so Outlook shows it in its full size', src);
  }
  const remedy = 'correct the template of the digest';
  return [
    ...[...faults].map(([fault, { level, of }]): GateFinding => {
      return { check: 'pictures', level, fact: `picture ${listed([...of])} ${fault}`, remedy };
    }),
    ...reportAnswers('pictures', picturesOf(mail), answers),
  ];
}

function reportAnswers(
  check: 'links' | 'pictures',
  urls: readonly string[],
  answers: readonly LinkAnswer[],
): readonly GateFinding[] {
  const found = (kind: LinkAnswer['kind'], level: GateFinding['level'], remedy: string) => {
    const of = answers.filter((answer) => answer.kind === kind && urls.includes(answer.url));
    const fact = listed(of.map(({ url, fact }) => `${url.slice(0, 100)} ${fact}`));
    return of.length === 0 ? [] : [{ check, level, fact, remedy }];
  };
  return [
    ...found('gone', 'error', 'correct the address, or publish the site first'),
    ...found('away', 'warning', 'open it yourself'),
  ];
}
