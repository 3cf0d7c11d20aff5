import { type GateFinding, listed } from './finding.ts';
import { headerOf, type ReadMail, wayOutIn } from './read-mail.ts';
import { shownTexts } from './shown-texts.ts';

/** RFC 5322 §3.6, RFC 2045 §4, RFC 2919: exactly one of each. Another check is about the subject. */
const ONCE = ['From', 'To', 'Date', 'Message-ID', 'MIME-Version', 'List-Id'] as const;
/** RFC 5322 §2.1.1, without the end of the line. */
const LONGEST_LINE = 998;

/** Whether the headers are complete and the bytes are those that every server takes. */
export function checkHeaders(mail: ReadMail): readonly GateFinding[] {
  const faults: string[] = [];
  for (const name of ONCE) {
    const count = mail.headers.filter(({ key }) => key === name.toLowerCase()).length;
    if (count !== 1)
      faults.push(count === 0 ? `there is no ${name}` : `${name} is there ${count} times`);
  }
  const given = (name: string) => headerOf(mail, name) ?? '';
  if (given('date') !== '' && Number.isNaN(Date.parse(given('date'))))
    faults.push('Date is no date');
  if (given('message-id') !== '' && !/^<[^<>\s]+@[^<>\s]+>$/.test(given('message-id')))
    faults.push('Message-ID is not valid');
  const bytes = mail.bytes.toString('latin1');
  if (/[^\t\r\n -~]/.test(bytes)) faults.push('not all bytes are ASCII');
  if (bytes.split('\r\n').some(({ length }) => length > LONGEST_LINE))
    faults.push(`a line has more than ${LONGEST_LINE} bytes`);
  if (faults.length === 0) return [];
  const remedy = 'this is a bug of Broadsheet: please report it';
  return [{ check: 'headers', level: 'error', fact: listed(faults, faults.length), remedy }];
}

/** Whether readers can leave, in one click and by a link that they see (RFC 2369, RFC 8058). */
export function checkWayOut(mail: ReadMail): readonly GateFinding[] {
  const error = (fact: string, remedy: string): readonly GateFinding[] => [
    { check: 'unsubscribe', level: 'error', fact, remedy },
  ];
  const url = wayOutIn(mail);
  if (url === undefined) return error('there is no List-Unsubscribe', 'set serviceUrl');
  const isPage = /^https?:/.test(url);
  if (isPage && headerOf(mail, 'list-unsubscribe-post') !== 'List-Unsubscribe=One-Click') {
    return error('mail programs cannot unsubscribe with one click', 'set serviceUrl');
  }
  const isInHtml =
    shownTexts(mail.document, 'light').some(({ href }) => href === url) ||
    mail
      .document('a')
      .get()
      .some((link) => link.attribs.href === url && mail.document(link).find('img').length > 0);
  const places = [
    ...(isInHtml ? [] : ['the HTML (digest.mjml)']),
    // The link to the weekly sister begins like it, and is no way out.
    ...(mail.text.replaceAll(`${url}/`, '').includes(url) ? [] : ['the text (digest.txt)']),
  ];
  if (places.length === 0) return [];
  const fact = `${places.join(' and ')} ${places.length === 1 ? 'has' : 'have'} no link to unsubscribe that readers see, and the law of many countries asks for it`;
  return error(fact, 'put {{ subscriber.unsubscribe_url }} into the template');
}
