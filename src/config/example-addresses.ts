import type { Config } from './config.ts';

/** Names that are nobody's (RFC 2606). */
const NOBODYS = /(?:^|[@./])(?:[^@/]+\.)?(?:example|example\.(?:com|net|org))\/?$/i;

interface ExampleAddress {
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

/** A warning for each address at a domain that belongs to nobody. */
export function exampleAddresses(config: Config): ExampleAddress[] {
  const { file, site, publicUrl, serviceUrl = publicUrl, newsletters } = config;
  const warn = (option: string, value: string, remedy: string) =>
    NOBODYS.test(isUrl(value) ? new URL(value).host : value)
      ? [{ file, line: 1, message: `${option} is ${value}, an example; write ${remedy}` }]
      : [];
  return [
    ...warn('site.url', site.url, 'the address of your site'),
    ...(publicUrl === site.url
      ? []
      : warn('publicUrl', publicUrl, 'where the feeds are on your site')),
    ...(serviceUrl === publicUrl
      ? []
      : warn('serviceUrl', serviceUrl, 'where `broadsheet start` answers')),
    ...newsletters.flatMap(({ id, from }) =>
      warn(`from.address of ${id}`, from.address, 'your own'),
    ),
  ];
}

function isUrl(text: string): boolean {
  return URL.canParse(text);
}
