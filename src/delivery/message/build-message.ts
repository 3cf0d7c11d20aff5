import type { Message } from './message.ts';
import {
  type MessageRecipient,
  type PrepareMessagesInput,
  prepareMessages,
} from './prepare-messages.ts';

export type BuildMessageInput = PrepareMessagesInput & {
  readonly subscriber: MessageRecipient;
  readonly date: Temporal.Instant;
};

/** One message, if only one is needed: `prepareMessages`, filled for `subscriber`. */
export async function buildMessage(input: BuildMessageInput): Promise<Message> {
  return (await prepareMessages(input)).fill(input.subscriber, input.date);
}
