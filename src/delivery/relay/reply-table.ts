import type { ReplyClass } from '../refusals.ts';
import type { RelayLimit } from './relay.ts';

/** What the relay was replying to (RFC 5321 §3); `dot` is the end of the message. */
export type SmtpPhase = 'connect' | 'tls' | 'auth' | 'mail' | 'rcpt' | 'data' | 'dot';

/** A kind of reply, recognised by its words. All conditions that are present must match. */
export interface ReplyRow {
  readonly class: ReplyClass | RelayLimit;
  /** Default: from MAIL on. */
  readonly phases?: readonly SmtpPhase[];
  /** The beginning of the basic code, as `5` or `550`. */
  readonly code?: string;
  /** The enhanced code without its first digit, as `1.1`. */
  readonly enhanced?: readonly string[];
  /** A pattern for the text. */
  readonly words?: RegExp;
  /** What the publisher can do, as a clause. */
  readonly remedy?: string;
  /** The source: a provider's documentation, a program, an RFC. */
  readonly source: string;
}

const NAMED: readonly SmtpPhase[] = ['rcpt', 'data', 'dot'];
/** What to do if a relay refuses the name in EHLO. */
export const NAME_REMEDY = 'set email.name to a host name that the DNS knows';

/**
 * Replies by their words; the first match counts. Replies without a match are classified by code
 * (RFC 3463, RFC 5321 §4.2). If the words are alike, a row about the reader comes before one about
 * us: a mailbox has quotas and limits, too.
 */
export const REPLY_TABLE: readonly ReplyRow[] = [
  // Exchange's words for an address that does not exist.
  {
    class: 'noSuchAddress',
    phases: NAMED,
    enhanced: ['4.1'],
    code: '5',
    words: /recipient address rejected: access denied/i,
    source: 'Exchange Online 550 5.4.1 (directory based edge blocking)',
  },
  // The mailbox receives too much.
  {
    class: 'mailboxTrouble',
    phases: NAMED,
    words:
      /receiving (mail|e-?mails?|messages) (too|at a rate)|exceed\w* receiving limits?|receiv\w+ (rate|limit|quota)|recipient thread limit|(too many|zu ?viele) (messages|mails) (on|auf) (the|dem) server/i,
    source: 'Gmail 450 4.2.1, 550 5.2.1; Exchange Online 432 4.3.2 STOREDRV.Deliver; web.de',
  },
  // Our quotas.
  {
    class: 'session',
    words:
      /\b(messages?|e?-?mails?|recipients?|transactions?|limit)\b.{0,20}\b(per|in this|for this|on this|par|pro) (smtp )?(session|connection|connexion|verbindung)|too many (messages|mails|transactions|recipients) (this|in this|per) session/i,
    source: 'OVH 451; Yahoo "Max message per connection reached"; Orange',
  },
  {
    class: 'hourlyQuota',
    words:
      /(max\w*|limit\w*|quota|exceed\w*|too many|limite|überschritten).{0,60}\b(per hour|an hour|hourly|in (the )?last (hour|\d+ ?(min\w*|sec\w*)?)|per \d+ minutes|par heure|pro stunde|por hora)|\b(hourly|horaire|stündlich\w*)\b.{0,40}(limit|quota|kontingent)|max defers and failures/i,
    source: 'cPanel (max emails, max defers and failures per hour); policyd; Mailgun; postfwd',
  },
  {
    class: 'dailyQuota',
    words:
      /(max\w*|limit\w*|quota|exceed\w*|too many|limite|überschritten).{0,60}\b(per day|a day|daily|today|heute|aujourd['’]hui|hoy|in (the )?last (24|day)|(with)?in 24|par jour|pro tag|por d[ií]a)|\b(daily|24[- ]?hours?|quotidien\w*|journali\w*|täglich\w*|diari[oa])\b.{0,60}(limit|quota|kontingent|exceed)|\b(limite?|quota|límite)\b.{0,40}\b(quotidien\w*|journali\w*|diari[oa])|tages(limit|kontingent)/i,
    source:
      'Gmail 550 5.4.5; Exchange Online 550 5.1.90; Amazon SES 454 Daily message quota exceeded',
  },
  {
    class: 'dailyQuota',
    words:
      /SubmissionQuotaExceeded|maximum credits exceeded|(credits?|plan) (limit )?(exceeded|exhausted|expired)|5\.7\.233/i,
    source: 'Exchange Online 554 5.2.0; SendGrid 451; ZeptoMail',
  },
  {
    class: 'dailyQuota',
    enhanced: ['1.90', '7.232', '7.233'],
    source: 'Exchange Online NDR codes',
  },
  {
    class: 'hourlyQuota',
    words:
      /\b(sending|send|outgoing|outbound|submission|relay(ing)?|smtp|user|domain|sender|account)\b.{0,20}\b(message |mail |sending |recipient )?(limit|quota)\b.{0,25}(exceed|reach|used)|\b(mail(?!box|dir|folder)|message|recipient|send)\w* (send )?(limit|quota|count quota)( has been)? (exceeded|reached)|(message|mail) count quota|exceeded (your|the|its|his) (sending|send|message|outgoing|smtp|recipient)\w* (limit|quota)|(limite|quota) d['’]envoi|(sende|versand)(limit|kontingent)|l[ií]mite de env[ií]o|peak smtp relay limit|limit on the number of|quota exceeded for authenticated|\bover (the |its )?(sending|send|message|outgoing) quota|\byour (account|mailbox|plan|domain)\b.{0,40}\b(exceed\w*|limit|quota|full)/i,
    source: 'IONOS 450; mailhostbox 550 5.4.5; StartMail 550 5.7.1; Gmail relay 450 4.2.1',
  },
  // Our pace and our connections.
  {
    class: 'pace',
    words:
      /(maximum )?(sending|send|submission|smtp|your|user|account|message submission) rate( limit)?( has been| was)? (exceeded|reached)|throttling failure|(sending|submitting|sent) (messages |mail |e?-?mails? )?too (fast|quickly|frequently)|exceeded (your|the|its) (maximum )?(e?-?mail|messag\w*|send\w*|submission) rate|too many (messages|mails|e-?mails)\b.{0,40}\bper (minute|second)/i,
    source: 'Amazon SES 454 Maximum sending rate exceeded; Postmark; Mailjet',
  },
  {
    class: 'connections',
    words:
      /(concurren\w*|simultan\w*|parallel\w*|gleichzeitig\w*)\b.{0,30}\b(connections?|connexions?|sessions?|verbindung\w*|conexiones)|(connection|session)s? (count |number )?limit|too many (open |smtp |concurrent )?(connections|sessions)\b|trop de connexions|zu ?viele verbindungen|demasiadas conexiones/i,
    source: 'Exchange Online 432 4.3.2; Amazon SES 421; Orange OFR_104',
  },
  // The message is too large for the relay, for every recipient.
  {
    class: 'policy',
    phases: NAMED,
    code: '5',
    words:
      /^(?!.*(mailbox|quota|storage)).*(message|mail|size|nachricht|taille)\b.{0,40}\b(too (big|large|long)|exceeds|larger than|zu gro(ß|ss)|trop (gros|grand|volumineux))/i,
    source: 'RFC 1870 552 5.3.4; Exchange 5.2.3; Zoho 5.2.0',
  },
  // A full mailbox, with any code.
  {
    class: 'mailboxTrouble',
    phases: NAMED,
    words:
      /\bover[- ]?quota\b|\b(mailbox|mail box|inbox|account|user|recipient|maildir|mailfolder|storage|disk|mail)\b.{0,40}\b(full|quota|exceed\w*|(no|not enough) (space|storage))|\b(full|exceed\w*|exhaust\w*)\b.{0,40}\b(mailbox|storage|disk|maildir)|\b(no|not enough|insufficient|out of)\b.{0,20}\b(storage|disk) space|quota exceeded|(bo[iî]te|messagerie)\b.{0,40}\b(pleine|satur)|postfach\b.{0,40}\bvoll|speichervolumen|speicherplatz|buz[oó]n\b.{0,30}\blleno|casella\b.{0,30}\bpiena/i,
    source: 'RFC 5321 552; qmail-toaster 5.1.1 over quota; Orange OFR_417; web.de; GMX 552 5.2.2',
  },
  // Our account, our sender, our greeting.
  {
    class: 'relay',
    words:
      /\b(helo|ehlo)\b.{0,60}\b(reject|denied|invalid|refus|not found|need|require|not resolv|fqdn|fully.qualified|mismatch|bogus|syntax)|invalid (helo|ehlo)/i,
    remedy: NAME_REMEDY,
    source:
      'Postfix reject_unknown_helo_hostname 450 4.7.1, reject_non_fqdn_helo_hostname 504 5.5.2',
  },
  {
    class: 'relay',
    enhanced: [
      '2.252',
      '7.60',
      '7.57',
      '7.501',
      '7.502',
      '7.503',
      '7.505',
      '7.508',
      '7.705',
      '7.708',
      '7.750',
    ],
    source: 'Exchange Online NDR codes (SendAsDenied, account and tenant blocked)',
  },
  {
    class: 'relay',
    words:
      /SendAsDenied|send(ing)? (as|on behalf)\b.{0,40}\b(denied|permission|not|this sender)|permissions? to send (as|on)|(unusual|suspicious) (sending|outgoing|login) activity|bad outbound sender|tenant (has )?exceeded|(sending|outgoing|outbound)\b.{0,30}\b(paused|suspend\w*|blocked|disabled|shut ?off|desactiv|gesperrt)|(paused|suspended|disabled|blocked) (for|from) sending|(not|no longer) (allowed|authori[sz]ed|permitted) to (send|submit|relay)(?! ((e-?)?mails? |messages? )?to\b)|not verified|domain .{0,80}not (verified|registered|allowed to send)|unregistered domain|sender (identity|signature)|(your|sender'?s?) (account|mailbox|user|subscription|license)\b.{0,40}\b(suspend|block|disabl|lock|expire|clos|restrict|inactive|not active)|your (access|email|server) (to|has)\b.{0,40}\b(rejected|suspended|disabled)|(ihr|dein) (konto|postfach|account)\b.{0,40}\b(gesperrt|deaktiviert)|votre compte\b.{0,40}\b(bloqu|suspend|désactiv)|su cuenta\b.{0,40}\b(bloquead|suspendid|desactivad)|outgoing mail suspension/i,
    source:
      'Exchange Online 554 5.2.252, 5.1.8, 5.7.705; Zoho 550 5.4.6; Amazon SES 554; SendGrid; Postmark',
  },
  // A policy of the destination: about the sender, its network, the signature, the content.
  {
    class: 'policy',
    phases: NAMED,
    code: '5',
    words:
      /blocked senders?\b|header based|\bspf\b|\bdkim\b|\bdmarc\b|5\.7\.(2[0-9]|3[0-9]|509|515)|unauthenticated|not authenticated|authentication (results|checks?|fail)/i,
    source:
      'Mimecast; Gmail 550 5.7.26; Outlook.com 550 5.7.515; Yahoo 554 5.7.9; Exchange Online 5.7.509',
  },
  {
    class: 'policy',
    phases: NAMED,
    code: '5',
    words:
      /(block|black|deny|reject)[- ]?list|blocklisted|blacklisted|\b(rbl|dnsbl)\b|spamhaus|spamcop|\bsorbs\b|barracuda|abuseat|uceprotect|sender ?score|senderbase|cloudmark|\bproofpoint\b|\bS31[45]0\b|\bAS\(?\d{3,10}\)?|banned sending ip|\b(ips?|ip-adresse|(your|client|sending) (network|host|(mail )?server))\b.{0,50}\b(block|listed|reputation|refused|rejected|denied|banned|gesperrt|bloqu|not allowed)|(bad|low|poor) reputation|reputation|abus d[eé]tect/i,
    source:
      'Spamhaus, SORBS, Barracuda; Outlook.com S3140, S3150; Exchange Online AS(xxxx), 5.7.511, 5.7.606; SFR; Orange',
  },
  {
    class: 'policy',
    phases: NAMED,
    code: '5',
    words:
      /\bptr\b|reverse (dns|lookup|hostname|ip)|\brdns\b|(cannot|can't|could not|unable to) (find|resolve) your (reverse )?(host|address|domain)|client host rejected|no reverse/i,
    source: 'Postfix reject_unknown_client_hostname; Gmail 550 5.7.25; GMX; T-Online; Orange',
  },
  {
    class: 'policy',
    phases: NAMED,
    code: '5',
    words:
      /\bspam\b|unsolicited|bulk mail|phish|virus|malware|content (reject|filter|refus|not accept)|(message|mail|e-?mail|content) (was |is |has been )?(block|reject|refus|den)\w* (due to|for|by|because|as)|(looks|scored?) (like|as|too)|courrier ind[eé]sirable|unerw(ü|ue)nscht|no deseado|policy (violation|rejection|error|restriction|reasons?)|(local|security|company|organi[sz]ation\w*) polic(y|ies)|transport\.rules|prohibited by|message refused|not RFC|RFC ?\d{3,4} compl/i,
    source:
      'Gmail 552 5.7.0, 550 5.7.1; IONOS; SpamAssassin; Exchange transport rules 5.7.1; Zoho 552 5.1.1',
  },
  // The address does not exist, with any code.
  {
    class: 'noSuchAddress',
    phases: NAMED,
    code: '5',
    words:
      /^(?!.*\b(sender|from address|mail from|return.path|absender|exp[eé]diteur|[eé]metteur|remitente|mittente)\b).*(\b(user|recipient|mailbox|address|account|local.?part|addressee|alias|email|e-mail|person|destination|rcpt)s?\b.{0,100}?\b(unknown|not known|not (be )?found|not recogni[sz]ed|not exist\w*|does ?n[o']?t exist|nonexist\w*|not listed|no longer (valid|active|exists?|in use|accepts?)|invalid|not (a )?valid|not (a )?local)\b|\b(unknown|invalid|no such|no valid|non-?existent|bad|unrouteable|unroutable|undeliverable|not a (known|valid)|nonexistent)[ -](user|recipients?|mailbox|address|account|local|person|alias|addressee|email|e-mail|destination|name|rcpt)|no (mailbox|account|user) (here )?by that name|doesn'?t have (a|an)\b.{0,60}\baccount|no one at this address|there is no (such|user|mailbox|account)|badrcptto|RecipNotFound|recipient ?not ?found|mailbox name (not allowed|invalid))/i,
    source:
      'Postfix, Exim, qmail, Gmail 550 5.1.1, Yahoo 554, Exchange 5.1.1, 5.1.10, AOL, T-Online, GMX',
  },
  {
    class: 'noSuchAddress',
    phases: NAMED,
    code: '5',
    words:
      /^(?!.*(absender|exp[eé]diteur|[eé]metteur|remitente|mittente)).*((benutzer|empf(ä|ae)nger\w*|adresse|postfach|konto)\b.{0,60}\b(unbekannt|nicht (bekannt|gefunden|vorhanden|g(ü|ue)ltig)|existiert nicht|ung(ü|ue)ltig)|(utilisateur|destinataire|adresse|compte|bo[iî]te)\b.{0,60}(inconnue?|invalide|inexistante?|n['’]existe (pas|plus))|(usuario|destinatario|direcci[oó]n|buz[oó]n|cuenta)\b.{0,60}(desconocid[oa]|no existe|inexistente|inv[aá]lid[oa])|(utente|destinatario|casella|indirizzo)\b.{0,60}(sconosciut[oa]|non esiste|inesistente))/i,
    source: 'web.de, GMX, T-Online; Orange OFR_416, La Poste, Free; Telefónica; Libero, Aruba',
  },
  // The reader's mailbox is closed, perhaps for a while.
  {
    class: 'mailboxTrouble',
    phases: NAMED,
    words:
      /\b(account|mailbox|user|recipient|address|inbox)\b.{0,60}\b(disabled|inactive|deactivated|suspended|locked|discontinued|expired|closed|not active|dormant|abandoned)|\b(inactive|disabled|suspended|deactivated)\b.{0,20}\b(recipient|user|mailbox|account)|(konto|postfach|benutzer)\b.{0,40}\b(deaktiviert|gesperrt|inaktiv)|(compte|bo[iî]te)\b.{0,40}(d[eé]sactiv|suspendu|inactif|bloqu)|(cuenta|buz[oó]n)\b.{0,40}(desactivad|suspendid|inactiv)/i,
    source:
      'Gmail 550 5.2.1; Yahoo 554 disabled or discontinued; Postmark 406; GMX 5.2.1; SES suppression',
  },
  // Our sender, if its address is named.
  {
    class: 'relay',
    phases: NAMED,
    words:
      /\b(sender|from address|mail from|return.path|envelope from)\b.{0,80}\b(reject|den(y|ied)|refus|block|not (allowed|permitted|owned|found|exist|valid|verif)|invalid|unverified|verif\w* fail|unknown|does ?n[o']?t|no mx|domain)|(domain of|invalid|unroutable|unrouteable|unverified) sender|sender (verify|verification|callout)|(absender|exp[eé]diteur|[eé]metteur|remitente|mittente)\w*\b.{0,80}(abgelehnt|nicht|ung(ü|ue)ltig|refus|rejet|invalide|rechazad|no (permitid|v[aá]lid)|rifiutat)/i,
    source:
      'Postfix 553 5.7.1, 450 4.1.8 Sender address rejected; Exim "Sender verify failed"; ZeptoMail 552',
  },
  { class: 'relay', enhanced: ['1.7', '1.8'], source: 'RFC 3463 §3.2: the address of the sender' },
  {
    class: 'relay',
    phases: ['rcpt'],
    code: '5',
    words:
      /\brelay(ing)?\b.*\b(denied|not permitted|not allowed|prohibited|disallowed)|relaying disallowed|unable to relay|not permitted to relay|authentication (is )?required|must (be )?authenticat|rcpthosts/i,
    source: 'Postfix, Exim, Exchange 5.7.54, qmail: mail from us has to be let in first',
  },
  {
    class: 'unclear',
    phases: ['rcpt'],
    code: '5',
    words: /requested (mail )?action not taken|mailbox (is )?(unavailable|not available)/i,
    source:
      'RFC 5321 §4.2.2: "mailbox not found, no access, or command rejected for policy reasons"',
  },
];
