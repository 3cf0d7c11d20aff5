/** What the text of a notice needs besides: ids, no addresses. */
export interface NoticeFacts {
  readonly signUp?: string;
  readonly subscriber?: string;
  readonly change?: string;
  /** Ids, where there may be several. */
  readonly newsletters?: readonly string[];
}
