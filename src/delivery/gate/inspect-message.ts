import type { MailClientId } from '../../settings/mail-clients.ts';
import { checkPlaceholders, checkSize, checkSubject, checkText } from './check-content.ts';
import { checkContrast } from './check-contrast.ts';
import { checkHeaders, checkWayOut } from './check-headers.ts';
import { checkLinks, checkPictures, type LinkAnswer } from './check-links.ts';
import { checkSupport } from './check-support.ts';
import { GATE_CHECKS, type GateFinding } from './finding.ts';
import type { ReadMail } from './read-mail.ts';

/** What the gate knows besides the message. */
export interface GateFacts {
  readonly clients: readonly MailClientId[];
  /** The hosts of the site, of the feeds and of the service: `example.org:8080`. */
  readonly ownHosts: ReadonlySet<string>;
  /** What the servers behind links and pictures answer; empty if they were not asked. */
  readonly answers: readonly LinkAnswer[];
  /** What SpamAssassin says; absent if it was not asked. */
  readonly spam?: SpamScore | undefined;
}

/** The score of SpamAssassin: from `required` on, a message is spam. */
export interface SpamScore {
  readonly score: number;
  readonly required: number;
  /** The names of the rules that it met. */
  readonly rules: readonly string[];
}

/** Everything that is wrong with a message, by the checks in their order. Never throws. */
export function inspectMessage(mail: ReadMail, facts: GateFacts): readonly GateFinding[] {
  const { document } = mail;
  const { clients, ownHosts, answers, spam } = facts;
  const findings = [
    ...checkSize(mail),
    ...checkHeaders(mail),
    ...checkSubject(mail),
    ...checkText(mail),
    ...checkWayOut(mail),
    ...checkPlaceholders(mail),
    ...checkLinks(mail, ownHosts, answers),
    ...checkPictures(mail, ownHosts, answers),
    ...checkContrast(document),
    ...checkSupport(document, clients),
    ...(spam === undefined ? [] : checkSpam(spam)),
  ];
  const order = ({ check, level }: GateFinding) =>
    GATE_CHECKS.indexOf(check) + (level === 'error' ? 0 : GATE_CHECKS.length);
  return findings.toSorted((one, other) => order(one) - order(other));
}

/** From this share of the required score on, a warning. */
const NEARLY = 0.6;

function checkSpam({ score, required, rules }: SpamScore): readonly GateFinding[] {
  if (score < required * NEARLY) return [];
  const level = score >= required ? 'error' : 'warning';
  const fact = `SpamAssassin gives it ${score} points, and ${required} are spam: ${rules.join(', ')}`;
  const remedy =
    'change what these rules are about, see https://spamassassin.apache.org/tests.html';
  return [{ check: 'spam', level, fact, remedy }];
}
