/** The port for questions that the chat edge implements. Both return at once; what they need they read from the store. */
export interface Cards {
  /** Sends the card of a question that is open, or brings the card that it has up to date. */
  show(key: string): void;
  /** Says once more that a question waits. */
  remind(key: string): void;
}
