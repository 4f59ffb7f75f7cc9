/** One way to send SMS: a provider, or the outbox of a local run. */
export interface SmsSender {
  readonly name: string
  /** @throws SmsFailure, whose text and fields hold nothing of the message */
  send(message: SmsMessage): Promise<SmsReceipt>
}

export interface SmsMessage {
  /** A UUIDv7 as 32 hex digits: what makes a repeat harmless where a provider knows such a thing. */
  readonly id: string
  /** E.164, with its plus sign. */
  readonly to: string
  /** The code in the text, for a provider that words the text itself (Twilio Verify). */
  readonly code?: string
  readonly text: string
}

/** The provider has the message. Whether a phone receives it, the provider learns later. */
export interface SmsReceipt {
  readonly provider: string
  /** What the provider calls the message, to find it in the provider's own logs. */
  readonly providerId: string | null
  readonly state: 'accepted' | 'queued' | 'delivered'
}
